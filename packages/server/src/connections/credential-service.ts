import type { CredentialListQuery, Credential as CredentialView, Page } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentFact } from '../agents/agent-fact.ts';
import type { Act } from '../audit/audit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Ids } from '../lib/ids.ts';
import type { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { CertificateIssuer, type Certification } from './certificate-issuer.ts';
import { type Credential, credentialIdOf, isCredentialExpired, serves } from './credential.ts';
import type { CredentialAgents } from './credential-agents.ts';
import { CredentialChanges, isUnderWay } from './credential-changes.ts';
import { CredentialExpiry } from './credential-expiry.ts';
import {
  BY_ITSELF,
  CredentialIssuer,
  type CredentialIssuerOptions,
  type EncodedSettings,
  whyNotGiven,
} from './credential-issuer.ts';
import { CredentialListing } from './credential-listing.ts';
import { CredentialRecords } from './credential-records.ts';
import type { CredentialStore } from './credential-store.ts';
import { CredentialTrials, type SettingsReport } from './credential-trials.ts';
import { CredentialWriter } from './credential-writer.ts';
import type { Links } from './grant.ts';

export interface CredentialServiceOptions
  extends Pick<CredentialIssuerOptions, 'issue' | 'expireAfterMs' | 'encode'> {
  readonly agents: CredentialAgents;
  readonly links: Links;
  readonly store: CredentialStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Undefined where agents get no certificates from here. */
  readonly certification: Certification | undefined;
  /** Credentials of agents that were forgotten are kept for so long after their last use: such an agent may come back as new. */
  readonly forgetAfterMs: number;
}

const ROUND_MS = 5000;
const CLEANING_MS = 3_600_000;

/**
 * Credentials of agents of their own: issued, offered, taken into use, rotated, revoked. Each serves for one instance uid. Construct, `await start()`
 * after the agents, and at the end `await stop()`.
 */
export class CredentialService {
  readonly #options: CredentialServiceOptions;
  readonly #writer: CredentialWriter;
  readonly #records: CredentialRecords;
  readonly #issuer: CredentialIssuer;
  readonly #certificates: CertificateIssuer | undefined;
  readonly #trials: CredentialTrials;
  readonly #expiry: CredentialExpiry;
  readonly #changes: CredentialChanges;
  readonly #listing: CredentialListing;
  readonly #timers: Timer[] = [];

  constructor(options: CredentialServiceOptions) {
    this.#options = options;
    const { agents, links, clock, log } = options;
    this.#writer = new CredentialWriter(options);
    const records = new CredentialRecords(this.#writer, (uid, own) => agents.setOwnCredential(uid, own));
    const fleet = {
      book: records.book,
      record: (uid: InstanceUid) => agents.record(uid),
      grantOf: (uid: InstanceUid) => links.grantOf(uid),
      changed: (uid: InstanceUid) => records.show(uid),
    };
    const issuer = new CredentialIssuer({ ...options, ...fleet });
    this.#records = records;
    this.#issuer = issuer;
    this.#certificates =
      options.certification &&
      new CertificateIssuer({ ...options, ...options.certification, ...fleet, offers: issuer });
    this.#trials = new CredentialTrials({ records, issuer, agents, links, clock, log });
    this.#changes = new CredentialChanges({ ...options, writer: this.#writer, records, issuer });
    this.#listing = new CredentialListing({ ...options, writer: this.#writer });
    const renew = (uids: readonly InstanceUid[]): void => {
      this.rotate(uids, BY_ITSELF).catch((error: unknown) =>
        log.error({ error: errorText(error), agents: uids.length }, 'credentials not renewed'),
      );
    };
    this.#expiry = new CredentialExpiry({ ...options, records, issuer, renew });
  }

  /** Agents that have something new to be offered. */
  get offers(): Listeners<readonly InstanceUid[]> {
    return this.#issuer.offers;
  }

  async start(): Promise<void> {
    const { store, agents, clock } = this.#options;
    const { book } = this.#records;
    await store.load((credentials) => {
      for (const credential of credentials) book.put(credential);
    });
    for (const { uid } of book.all()) this.#records.show(uid);
    agents.facts.subscribe((fact) => this.#heard(fact));
    this.#timers.push(
      clock.every(ROUND_MS, () => {
        this.#trials.round(clock.now());
        this.#expiry.round(clock.now());
      }),
      clock.every(CLEANING_MS, () => this.#expiry.clean(clock.now())),
    );
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    await this.#issuer.stop();
    await this.#certificates?.stop();
    await this.#writer.flush();
  }

  // What is asked for each connection and message: memory alone.

  /** The credential that this token is; undefined where it is none, or lets nobody in any more. */
  verify(token: string): Credential | undefined {
    const id = credentialIdOf(token);
    const credential = id === undefined ? undefined : this.get(id);
    // Hashes are compared: how long that takes tells nothing of the token.
    return credential?.hash === sha256Hex(token) ? credential : undefined;
  }

  /** As `verify`, for a client certificate of this server's own authority, by its SHA-256 in lower-case hex. */
  verifyCertificate(fingerprint: string): Credential | undefined {
    const credential = this.#records.book.certificate(fingerprint);
    return credential !== undefined && this.#isGood(credential) ? credential : undefined;
  }

  /** The credential, where it still lets its agent in. */
  get(id: string): Credential | undefined {
    const credential = this.#records.book.get(id);
    return credential !== undefined && this.#isGood(credential) ? credential : undefined;
  }

  /** The agent has come by a credential of its own, so that nothing else serves for it. */
  isBound(uid: InstanceUid): boolean {
    return this.#records.book.of(uid).some((each) => each.state === 'active' && this.#isGood(each));
  }

  /** What the agent is to be offered; undefined where nothing is. */
  offer(uid: InstanceUid): EncodedSettings | undefined {
    return this.#issuer.offer(uid);
  }

  /** The credentials of the agent, the newest last. */
  ofAgent(uid: InstanceUid): readonly Credential[] {
    return this.#records.book.of(uid);
  }

  // What the protocol's adapter tells.

  /** The agent asks for a certificate. Why it is refused; undefined where the answer is an offer, soon. */
  certificateRequested(uid: InstanceUid, csr: Uint8Array): string | undefined {
    if (this.#certificates === undefined) return 'this server issues no certificates';
    return this.#certificates.request(uid, csr);
  }

  /** A connection came up by this credential; see `CredentialTrials`. */
  linked(id: string, willConfirm: boolean): void {
    this.#trials.linked(id, willConfirm);
  }

  /** A message came by it. */
  touch(id: string): void {
    this.#records.touch(id, this.#options.clock.now());
  }

  reported(uid: InstanceUid, report: SettingsReport, credentialId: string | null): void {
    this.#trials.reported(uid, report, credentialId);
  }

  /** An offer left for the agent. */
  offered(uid: InstanceUid): void {
    this.#options.agents.recordEvent(uid, 'credential_offered', 'offered its own credential');
  }

  // What operators ask.

  /** Agents get another credential, at once where they are connected; what they have serves until they have come by the next. On disk when it resolves. */
  async rotate(uids: readonly InstanceUid[], author: string, act?: Act): Promise<void> {
    await this.#changes.rotate(uids, author, act);
  }

  /** Why the agent cannot be given another credential by an operator; undefined where it can. */
  whyNotRotated(agent: AgentRecord): string | undefined {
    const { book } = this.#records;
    const isCertified = book
      .of(agent.uid)
      .some((each) => each.kind === 'certificate' && each.state === 'active');
    return isCertified ? 'it asks for its next certificate itself' : whyNotGiven(agent);
  }

  /** Another credential is on its way to the agent. */
  isUnderWay(uid: InstanceUid): boolean {
    return isUnderWay(this.#issuer, this.#records, uid);
  }

  /** Throws `credential_not_found`. */
  newest(uid: InstanceUid): CredentialView {
    const credential = this.#records.book.of(uid).at(-1);
    if (credential === undefined) throw notFound(uid, '');
    return this.#listing.view(credential);
  }

  /** The agent comes by this one and would be left without another that serves. Throws `credential_not_found`. */
  isLast(uid: InstanceUid, id: string): boolean {
    const credentials = this.#records.book.of(uid);
    const credential = credentials.find((each) => each.id === id);
    if (credential === undefined) throw notFound(uid, id);
    return credential.state === 'active' && !credentials.some((each) => each.id !== id && serves(each));
  }

  /** Takes one credential from the agent and ends the connection that came by it. Throws `credential_not_found`. On disk when it resolves. */
  async remove(uid: InstanceUid, id: string, author: string, act?: Act): Promise<void> {
    const credential = this.#records.book.of(uid).find((each) => each.id === id);
    if (credential === undefined) throw notFound(uid, id);
    await this.#changes.remove([credential], author, act);
  }

  /** Takes every credential from these agents. Whether they may come by something else is not decided here. On disk when it resolves. */
  async removeOf(uids: readonly InstanceUid[], author: string): Promise<void> {
    await this.#changes.remove(
      uids.flatMap((uid) => this.#records.book.of(uid)),
      author,
    );
  }

  page(query: CredentialListQuery, uid?: InstanceUid): Promise<Page<CredentialView>> {
    return this.#listing.page(query, uid);
  }

  #heard(fact: AgentFact): void {
    const { record } = fact;
    switch (fact.kind) {
      case 'connected':
      case 'capabilities':
      case 'enrolment':
        this.#issuer.consider(record.uid);
        return;
      case 'disconnected':
      case 'removed':
        for (const { id, state } of this.#records.book.of(record.uid)) if (state === 'active') this.touch(id);
        return;
      case 'renamed':
        this.#records.rename(fact.oldUid, record.uid);
        this.#issuer.rename(fact.oldUid, record.uid);
        return;
      case 'matchable':
      case 'config_status':
        return;
    }
  }

  #isGood(credential: Credential): boolean {
    return serves(credential) && !isCredentialExpired(credential, this.#options.clock.now());
  }
}

function notFound(uid: InstanceUid, id: string): DomainError {
  return new DomainError('credential_not_found', `agent ${uid} has no credential "${id}"`);
}
