import type { InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Credential } from './credential.ts';
import type { CredentialAgents } from './credential-agents.ts';
import type { CredentialIssuer } from './credential-issuer.ts';
import type { CredentialRecords } from './credential-records.ts';
import type { Links } from './grant.ts';

/** What an agent says of connection settings that it was offered; `hash` is lower-case hex. */
export interface SettingsReport {
  readonly status: 'unset' | 'applied' | 'applying' | 'failed';
  readonly hash: string;
  readonly errorMessage: string;
}

export interface CredentialTrialsOptions {
  readonly records: CredentialRecords;
  readonly issuer: CredentialIssuer;
  readonly agents: CredentialAgents;
  readonly links: Links;
  readonly clock: Clock;
  readonly log: Log;
}

/** An agent that would say APPLIED and does not is taken at its use of the credential after so long: longer than clients try an offer. */
const CONFIRMED_BY_USE_MS = 60_000;

/** What becomes of offered credentials: their agents come by them, or say that they cannot. */
export class CredentialTrials {
  readonly #options: CredentialTrialsOptions;
  /** Offered credentials that an agent came by and has not confirmed, with the time since. */
  readonly #tried = new Map<string, number>();

  constructor(options: CredentialTrialsOptions) {
    this.#options = options;
  }

  /** A connection came up by this credential. `willConfirm` where the agent reports what became of settings that it is offered. */
  linked(id: string, willConfirm: boolean): void {
    const { records, clock } = this.#options;
    records.touch(id, clock.now());
    const credential = records.book.get(id);
    // The record of an agent that was forgotten is a new one.
    if (credential !== undefined) records.show(credential.uid);
    if (credential?.state !== 'offered') return;
    // Until the agent says that it has settled, it may still fall back to what it came by before.
    if (willConfirm) this.#tried.set(id, clock.now());
    else this.#confirm(credential);
  }

  /** What the agent says of an offer; `credentialId` is what its connection came by. */
  reported(
    uid: InstanceUid,
    { status, hash, errorMessage }: SettingsReport,
    credentialId: string | null,
  ): void {
    const credential = this.#options.records.book.of(uid).find(({ offerHash }) => offerHash === hash);
    if (credential?.state !== 'offered') return;
    if (status === 'applied' && credential.id === credentialId) this.#confirm(credential);
    if (status === 'failed' && credential.id !== credentialId) this.#fail(credential, errorMessage);
  }

  /** Takes agents at their use of a credential where they say nothing of it. Called by a timer. */
  round(nowMs: number): void {
    const { records, links } = this.#options;
    for (const [id, sinceMs] of this.#tried) {
      const credential = records.book.get(id);
      const isInUse = credential !== undefined && links.grantOf(credential.uid)?.credentialId === id;
      if (!isInUse) this.#tried.delete(id);
      else if (nowMs - sinceMs >= CONFIRMED_BY_USE_MS) this.#confirm(credential);
    }
  }

  /** What it came by before is void (specification: Connection Settings, step 9). */
  #confirm(credential: Credential): void {
    const { records, issuer, agents, log, clock } = this.#options;
    const { id, uid, createdBy } = credential;
    // A certificate that it asked for meanwhile is on its way to it.
    const isOnItsWay = (each: Credential): boolean =>
      each.kind === 'certificate' && each.state === 'offered' && each.id > id;
    const others = records.book
      .of(uid)
      .filter((each) => each.id !== id && each.state !== 'due' && !isOnItsWay(each));
    const isNextOffered = records.book.of(uid).some(isOnItsWay);
    records.put({ ...(records.book.get(id) ?? credential), state: 'active', confirmedAtMs: clock.now() });
    for (const other of others) records.drop(other);
    this.#tried.delete(id);
    issuer.withdraw(uid, isNextOffered ? id : undefined);
    agents.recordEvent(uid, 'credential_used', 'connected with its own credential', { credential: id });
    log.info({ agent: uid, credential: id, author: createdBy }, 'credential in use');
  }

  #fail(credential: Credential, errorMessage: string): void {
    const { records, issuer, agents, log } = this.#options;
    const { id, uid } = credential;
    // An offer of the process before this one failed because that process went away: it is made again, under another hash.
    const isOfThisProcess = issuer.isOffering(credential);
    if (isOfThisProcess) records.put({ ...credential, state: 'failed', hash: null, errorMessage });
    else records.drop(credential);
    this.#tried.delete(id);
    issuer.withdraw(uid, id);
    issuer.consider(uid);
    const reason = errorMessage || 'the agent gave no reason';
    agents.recordEvent(uid, 'credential_failed', `could not use the credential: ${reason}`, {
      credential: id,
    });
    log.warn({ agent: uid, credential: id, reason }, 'credential failed');
  }
}
