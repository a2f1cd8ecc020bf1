import type { InstanceUid } from '../agents/agent.ts';
import type { Act } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import { type Credential, newCredential } from './credential.ts';
import type { CredentialAgents } from './credential-agents.ts';
import type { CredentialIssuer } from './credential-issuer.ts';
import type { CredentialRecords } from './credential-records.ts';
import type { CredentialStore } from './credential-store.ts';
import type { CredentialWriter } from './credential-writer.ts';
import type { Links } from './grant.ts';

export interface CredentialChangesOptions {
  readonly agents: Pick<CredentialAgents, 'recordEvent'>;
  readonly links: Links;
  readonly store: CredentialStore;
  readonly writer: CredentialWriter;
  readonly records: CredentialRecords;
  readonly issuer: CredentialIssuer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** What operators decide of credentials: on disk when it resolves. */
export class CredentialChanges {
  readonly #options: CredentialChangesOptions;

  constructor(options: CredentialChangesOptions) {
    this.#options = options;
  }

  /** Each of these agents is due another credential, unless one is under way to it. */
  async rotate(uids: readonly InstanceUid[], author: string, act?: Act): Promise<void> {
    const { store, writer, records, issuer, clock, ids, log } = this.#options;
    const { book } = records;
    const due: Credential[] = [];
    const failed: string[] = [];
    for (const uid of uids) {
      failed.push(...book.of(uid).flatMap(({ id, state }) => (state === 'failed' ? [id] : [])));
      if (!isUnderWay(issuer, records, uid)) due.push(newCredential(ids.next(), uid, author, clock.now()));
    }
    await stored('the rotation', async () => {
      if (due.length > 0) await store.save(due, act);
      await writer.remove(failed);
    });
    for (const id of failed) book.remove(id);
    for (const credential of due) {
      book.put(credential);
      log.info({ agent: credential.uid, author }, 'credential to be rotated');
    }
    for (const uid of uids) {
      records.show(uid);
      issuer.consider(uid);
    }
  }

  /** Takes these credentials away and ends the connections that came by them. Memory first, so that nobody comes back by them while they are written. */
  async remove(credentials: readonly Credential[], author: string, act?: Act): Promise<void> {
    if (credentials.length === 0) return;
    const { agents, links, writer, records, issuer, log } = this.#options;
    const { book } = records;
    for (const { id, uid } of credentials) {
      book.remove(id);
      issuer.withdraw(uid, id);
      records.show(uid);
      if (links.grantOf(uid)?.credentialId === id) links.end(uid, 'the credential was revoked');
    }
    try {
      await stored('the revocation', () =>
        writer.remove(
          credentials.map(({ id }) => id),
          act,
        ),
      );
    } catch (error) {
      for (const credential of credentials) {
        book.put(credential);
        records.show(credential.uid);
      }
      throw error;
    }
    for (const { id, uid } of credentials) {
      const data = { credential: id, author };
      agents.recordEvent(uid, 'credential_revoked', `credential revoked by ${author}`, data);
      log.info({ agent: uid, ...data }, 'credential revoked');
      issuer.consider(uid);
    }
  }
}

async function stored(what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new DomainError('storage_unavailable', `${what} of credentials could not be stored; try again`, {
      cause,
    });
  }
}

/** Another credential is on its way to the agent. */
export function isUnderWay(
  issuer: Pick<CredentialIssuer, 'offer'>,
  { book }: Pick<CredentialRecords, 'book'>,
  uid: InstanceUid,
): boolean {
  return issuer.offer(uid) !== undefined || book.of(uid).some(({ state }) => state === 'due');
}
