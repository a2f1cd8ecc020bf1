import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { reportsSettings, takesCredentials } from '../agents/enrolment.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { type Credential, issued, newCredential, newCredentialToken, serves } from './credential.ts';
import type { CredentialBook } from './credential-book.ts';
import type { CredentialStore } from './credential-store.ts';
import type { Grant } from './grant.ts';

/** Connection settings with a token in them, as the protocol encodes them. */
export interface EncodedSettings {
  /** Lower-case hex. */
  readonly hash: string;
  readonly encoded: Uint8Array;
}

export interface CredentialIssuerOptions {
  readonly book: CredentialBook;
  readonly store: CredentialStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Which agents get a credential of their own without anybody asking for it. */
  readonly issue: IssueTo;
  readonly expireAfterMs: number | undefined;
  readonly encode: (endpoint: string, token: string) => EncodedSettings;
  readonly record: (uid: InstanceUid) => AgentRecord | undefined;
  readonly grantOf: (uid: InstanceUid) => Grant | undefined;
  readonly changed: (uid: InstanceUid) => void;
}

/** All agents that take connection settings, those of them that report what becomes of an offer, or none. */
export type IssueTo = 'all' | 'reporting' | 'none';

/** Settings on offer, with the credential that is in them. */
export interface WaitingOffer extends EncodedSettings {
  readonly credentialId: string;
  readonly endpoint: string;
}

/** Why an agent cannot be given a credential of its own; undefined where it can. */
export function whyNotGiven(agent: AgentRecord | undefined): string | undefined {
  if (agent === undefined) return 'it is not known';
  if (agent.enrolment.state !== 'approved') return 'it is not approved';
  if (agent.access.kind === 'certificate') return 'it comes by a client certificate';
  return takesCredentials(agent) ? undefined : 'it does not announce AcceptsOpAMPConnectionSettings';
}

const BATCH = 500;
const RETRY_MS = 1000;
/** Offers of one agent that nobody knows the token of any more and that it may yet come by: one for each time this process died between offer and use. */
const OLD_OFFERS_MAX = 2;
export const BY_ITSELF = 'drover';

/**
 * Issues credentials to agents that are due one: on disk first, then offered (specification: Connection Settings, step 2), because a credential that
 * an agent has and the server has forgotten would shut it out. The token is in memory until the agent has come by it; after a restart
 * the agent is offered another one, and both serve until one of them is used.
 */
export class CredentialIssuer {
  /** Agents that have something new to be offered. */
  readonly offers = new Listeners<readonly InstanceUid[]>();
  readonly #options: CredentialIssuerOptions;
  readonly #due = new Set<InstanceUid>();
  readonly #waiting = new Map<InstanceUid, WaitingOffer>();
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;
  #isStopped = false;

  constructor(options: CredentialIssuerOptions) {
    this.#options = options;
  }

  /** What the agent is to be offered. */
  offer(uid: InstanceUid): EncodedSettings | undefined {
    return this.#waiting.get(uid);
  }

  /** What somebody else issued, and has on disk, takes the place of what is on offer. */
  offerThis(uid: InstanceUid, waiting: WaitingOffer): void {
    this.#waiting.set(uid, waiting);
    this.offers.emit([uid]);
  }

  /** The token of this credential is known, and on offer. */
  isOffering({ id, uid }: Credential): boolean {
    return this.#waiting.get(uid)?.credentialId === id;
  }

  /** Looks, after what is going on now, whether the agent is due a credential. */
  consider(uid: InstanceUid): void {
    this.#due.add(uid);
    if (this.#running !== undefined || this.#retry !== undefined || this.#isStopped) return;
    this.#running = this.#issueAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** The offer to this agent was used, failed, or is void; with `credentialId` only where it is of that one. */
  withdraw(uid: InstanceUid, credentialId?: string): void {
    if (credentialId === undefined || this.#waiting.get(uid)?.credentialId === credentialId)
      this.#waiting.delete(uid);
  }

  rename(oldUid: InstanceUid, uid: InstanceUid): void {
    const waiting = this.#waiting.get(oldUid);
    this.#waiting.delete(oldUid);
    if (waiting !== undefined) this.#waiting.set(uid, waiting);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#retry?.cancel();
    await this.#running;
  }

  async #issueAll(): Promise<void> {
    // After the message that is being taken in, which may say that an offer was used.
    await Promise.resolve();
    while (this.#due.size > 0 && !this.#isStopped) {
      const uids = [...this.#due].slice(0, BATCH);
      for (const uid of uids) this.#due.delete(uid);
      try {
        await this.#issue(uids);
      } catch (error) {
        this.#options.log.error({ error: errorText(error), agents: uids.length }, 'credentials not issued');
        for (const uid of uids) this.#due.add(uid);
        this.#retryLater();
        return;
      }
    }
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    this.#retry = this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      const [uid] = this.#due;
      if (uid !== undefined) this.consider(uid);
    });
  }

  async #issue(uids: readonly InstanceUid[]): Promise<void> {
    const { book, store, clock, expireAfterMs, encode, log } = this.#options;
    const batch: { credential: Credential; waiting: WaitingOffer; wasKnown: boolean }[] = [];
    for (const uid of uids) {
      const endpoint = this.#options.grantOf(uid)?.endpoint;
      const due = endpoint === undefined ? undefined : this.#dueOf(uid, endpoint);
      if (due === undefined || endpoint === undefined) continue;
      const token = newCredentialToken(due.id);
      const settings = encode(endpoint, token);
      const expiresAtMs = expireAfterMs === undefined ? null : clock.now() + expireAfterMs;
      batch.push({
        credential: issued(due, token, settings.hash, expiresAtMs),
        waiting: { ...settings, credentialId: due.id, endpoint },
        wasKnown: book.get(due.id) !== undefined,
      });
    }
    if (batch.length === 0) return;
    await store.save(batch.map(({ credential }) => credential));
    // What was revoked while it was written is taken back, and so is a token where a certificate was asked for meanwhile.
    const isCertified = (uid: InstanceUid): boolean =>
      book.of(uid).some((each) => each.kind === 'certificate' && serves(each));
    const kept = batch.filter(({ credential: { id, uid }, wasKnown }) =>
      wasKnown
        ? book.get(id) !== undefined
        : this.#options.record(uid)?.enrolment.state === 'approved' && !isCertified(uid),
    );
    const old: string[] = batch.filter((each) => !kept.includes(each)).map(({ credential }) => credential.id);
    for (const { credential, waiting } of kept) {
      const offered = book
        .of(credential.uid)
        .filter(({ kind, state }) => kind === 'token' && state === 'offered');
      old.push(...offered.slice(0, -OLD_OFFERS_MAX).map(({ id }) => id));
      book.put(credential);
      this.#waiting.set(credential.uid, waiting);
    }
    for (const id of old) book.remove(id);
    for (const { credential } of kept) this.#options.changed(credential.uid);
    log.info({ agents: kept.length }, 'credentials issued');
    this.offers.emit(kept.map(({ credential }) => credential.uid));
    await store.remove(old);
  }

  /** The credential that is to be issued to the agent now; undefined for none. */
  #dueOf(uid: InstanceUid, endpoint: string): Credential | undefined {
    const { book, clock, ids } = this.#options;
    const agent = this.#options.record(uid);
    if (agent === undefined || whyNotGiven(agent) !== undefined) return undefined;
    const credentials = book.of(uid);
    const asked = credentials.find(({ state }) => state === 'due');
    if (asked !== undefined) return asked;
    const offered = credentials.filter(({ kind, state }) => kind === 'token' && state === 'offered');
    if (offered.length === 0) {
      const hasOne = credentials.some((each) => serves(each) || each.state === 'failed');
      if (hasOne || !this.#issuesTo(agent)) return undefined;
    } else {
      // It came by the offer, or the offer still stands.
      const usedId = this.#options.grantOf(uid)?.credentialId;
      if (offered.some(({ id }) => id === usedId)) return undefined;
      if (this.#waiting.get(uid)?.endpoint === endpoint) return undefined;
    }
    const author = offered.at(-1)?.createdBy ?? BY_ITSELF;
    return newCredential(ids.next(), uid, author, clock.now());
  }

  #issuesTo(agent: AgentRecord): boolean {
    const { issue } = this.#options;
    return issue === 'all' || (issue === 'reporting' && reportsSettings(agent));
  }
}
