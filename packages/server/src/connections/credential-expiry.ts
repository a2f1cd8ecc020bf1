import type { InstanceUid } from '../agents/agent.ts';
import { PENDING } from '../agents/enrolment.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type Credential, isCredentialExpired, isEnding, serves } from './credential.ts';
import type { CredentialAgents } from './credential-agents.ts';
import { type CredentialIssuer, whyNotGiven } from './credential-issuer.ts';
import type { CredentialRecords } from './credential-records.ts';
import type { Links } from './grant.ts';

export interface CredentialExpiryOptions {
  readonly records: CredentialRecords;
  readonly issuer: CredentialIssuer;
  readonly agents: CredentialAgents;
  readonly links: Links;
  readonly log: Log;
  readonly forgetAfterMs: number;
  /** These agents are to get another credential. */
  readonly renew: (uids: readonly InstanceUid[]) => void;
}

/** Ends credentials whose time is over, and asks for the next one in good time. */
export class CredentialExpiry {
  readonly #options: CredentialExpiryOptions;

  constructor(options: CredentialExpiryOptions) {
    this.#options = options;
  }

  round(nowMs: number): void {
    const ending: InstanceUid[] = [];
    const expired: Credential[] = [];
    for (const credential of this.#options.records.book.all()) {
      if (credential.expiresAtMs === null) continue;
      if (isCredentialExpired(credential, nowMs)) expired.push(credential);
      else if (isEnding(credential, nowMs) && this.#isToBeRenewed(credential.uid))
        ending.push(credential.uid);
    }
    for (const credential of expired) this.#expire(credential);
    if (ending.length > 0) this.#options.renew(ending);
  }

  /** Credentials of agents that are not known and that nobody used for long. */
  clean(nowMs: number): void {
    const { records, agents, forgetAfterMs } = this.#options;
    for (const credential of [...records.book.all()]) {
      const atMs = Math.max(credential.createdAtMs, credential.lastUsedAtMs ?? 0);
      if (nowMs - atMs > forgetAfterMs && agents.record(credential.uid) === undefined)
        records.drop(credential);
    }
  }

  #isToBeRenewed(uid: InstanceUid): boolean {
    const { records, agents } = this.#options;
    const agent = agents.record(uid);
    const isSettled = records.book.of(uid).every(({ state }) => state === 'active');
    return isSettled && agent?.connection.state !== 'disconnected' && whyNotGiven(agent) === undefined;
  }

  #expire(credential: Credential): void {
    const { records, issuer, agents, links, log } = this.#options;
    const { id, uid, state } = credential;
    records.drop(credential);
    issuer.withdraw(uid, id);
    agents.recordEvent(uid, 'credential_expired', 'its credential has expired', { credential: id });
    log.info({ agent: uid, credential: id }, 'credential expired');
    if (links.grantOf(uid)?.credentialId === id) links.end(uid, 'the credential has expired');
    if (state !== 'active' || records.book.of(uid).some(serves)) return;
    if (agents.record(uid)?.enrolment.state !== 'approved') return;
    // Nothing proves any more that whoever comes with this uid is who was approved.
    const event = { kind: 'approval_pending', detail: 'needs approval again', data: {} } as const;
    agents
      .decide([{ uid, enrolment: PENDING, event }])
      .catch((error: unknown) =>
        log.error({ error: errorText(error), agent: uid }, 'agent with an expired credential stays approved'),
      );
  }
}
