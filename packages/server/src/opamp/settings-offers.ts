import type { InstanceUid } from '@drover/opamp';
import type { AgentSession, Offers } from '@drover/opamp/server';
import type { AgentRecord } from '../agents/agent.ts';
import type { EncodedSettings } from '../connections/credential-issuer.ts';
import type { SettingsReport } from '../connections/credential-trials.ts';
import type { Clock } from '../lib/clock.ts';
import { can } from './agent-capability.ts';
import { settingsReportOf } from './decode-report.ts';
import { grantOf } from './grant-of.ts';
import {
  type NamedMetrics,
  OwnMetricsOffers,
  type OwnMetricsSource,
  type OwnMetricsState,
} from './own-metrics-offers.ts';
import type { MetricsPart } from './own-metrics-part.ts';
import { reconcileSettings } from './reconcile.ts';
import { encodeParts, hashOfParts } from './settings-parts.ts';

/** What is asked of the credentials of agents, and told them. */
export interface CredentialSource {
  offer(uid: InstanceUid): EncodedSettings | undefined;
  offered(uid: InstanceUid): void;
  /** Those of the agent that were offered, the newest last. */
  ofAgent(uid: InstanceUid): readonly OfferedCredential[];
  linked(credentialId: string, willConfirm: boolean): void;
  reported(uid: InstanceUid, report: SettingsReport, credentialId: string | null): void;
  /** Why a certificate request is refused; undefined where the answer is an offer, soon. */
  certificateRequested(uid: InstanceUid, csr: Uint8Array): string | undefined;
}

export interface OfferedCredential {
  readonly id: string;
  readonly state: string;
  /** Hash of the settings that it was offered with. */
  readonly offerHash: string | null;
}

/** An offer, and the hashes of the parts that are in it. */
interface Parts {
  readonly hash: string;
  readonly credential: string | undefined;
  readonly metrics: MetricsPart | undefined;
}

interface Wanted extends Parts {
  readonly encode: () => Uint8Array;
}

/** What is known of one agent beside what it reports; lost with this process, which costs one more offer at most. */
interface Memory {
  /** What was offered on this link last. */
  offered: { readonly hash: string; readonly atMs: number } | undefined;
  /** What was offered last on any link: the answer may come by the next. */
  sent: Parts | undefined;
  /** What would leave if the engine lets it. */
  next: Parts | undefined;
  /** The part of own metrics that the agent's last status names. */
  named: { readonly status: Uint8Array; readonly metrics: NamedMetrics | undefined } | undefined;
  /** An offer with this credential and more in it failed: the credential is offered alone. */
  alone: string | undefined;
}

/**
 * Connection settings of agents: credentials of their own, and where they send their own metrics. What an agent is to have goes in one message under one
 * hash, and what the agent says of that is told for each part.
 */
export class SettingsOffers {
  readonly #credentials: CredentialSource;
  readonly #metrics: OwnMetricsOffers;
  readonly #clock: Clock;
  readonly #memories = new WeakMap<AgentSession, Memory>();

  constructor(credentials: CredentialSource, metrics: OwnMetricsSource, clock: Clock) {
    this.#credentials = credentials;
    this.#metrics = new OwnMetricsOffers(metrics);
    this.#clock = clock;
  }

  /** A link came up: what was offered on the one before may be lost. */
  linked(session: AgentSession): void {
    const memory = this.#memories.get(session);
    if (memory !== undefined) memory.offered = undefined;
    const { credentialId } = grantOf(session);
    if (credentialId !== null)
      this.#credentials.linked(credentialId, can(session, 'ReportsConnectionSettingsStatus'));
  }

  /** The agent's status of connection settings changed. */
  reported(session: AgentSession, record: AgentRecord | undefined): void {
    const report = reportOf(session);
    if (report === undefined || record === undefined) return;
    const memory = this.#memoryOf(session);
    // It starts anew and has nothing.
    if (report.status === 'unset') this.#metrics.reset(session);
    const { sent } = memory;
    const parts = sent?.hash === report.hash ? sent : this.#partsOf(session, record, report.hash);
    const { credential, metrics } = parts;
    const credentialId = grantOf(session).credentialId;
    if (report.status === 'failed' && credential !== undefined && metrics !== undefined) {
      // Which of the two it was is not said: each goes alone next, unless the agent comes by the credential already.
      if (this.#credentialBy(session) === credential) this.#metrics.settle(session, metrics, report);
      else memory.alone = credential;
      return;
    }
    if (metrics !== undefined) this.#metrics.settle(session, metrics, report);
    if (credential !== undefined)
      this.#credentials.reported(session.instanceUid, { ...report, hash: credential }, credentialId);
  }

  /** Something may have to be offered to the agent. */
  has(session: AgentSession): boolean {
    if (can(session, 'ReportsOwnMetrics')) return true;
    return this.#credentials.offer(session.instanceUid) !== undefined;
  }

  offer(session: AgentSession, record: AgentRecord): Pick<Offers, 'connectionSettings'> {
    const wanted = this.#wanted(session, record);
    if (wanted === undefined) return {};
    const memory = this.#memoryOf(session);
    const { offered } = memory;
    const isDue = reconcileSettings(wanted.hash, {
      acceptsSettings: true,
      reportsSettings: can(session, 'ReportsConnectionSettingsStatus'),
      settingsHash: reportOf(session)?.hash ?? '',
      offered: offered && { hash: offered.hash, agoMs: this.#clock.now() - offered.atMs },
    });
    if (!isDue) return {};
    const { encode, ...parts } = wanted;
    memory.next = parts;
    return { connectionSettings: encode() };
  }

  /** An offer left for the agent. */
  offered(session: AgentSession): void {
    const memory = this.#memoryOf(session);
    const { next } = memory;
    if (next === undefined) return;
    memory.offered = { hash: next.hash, atMs: this.#clock.now() };
    memory.sent = next;
    if (next.credential !== undefined) this.#credentials.offered(session.instanceUid);
  }

  /** What the agent makes of where it is to send its own metrics. */
  ownMetrics(session: AgentSession, record: AgentRecord): OwnMetricsState {
    return this.#metrics.stateOf(session, record, this.#named(session, record));
  }

  /** It is told once more what it could not use of own metrics. */
  retryOwnMetrics(session: AgentSession, record: AgentRecord): void {
    this.#metrics.retry(session, this.#named(session, record));
    this.#memoryOf(session).offered = undefined;
  }

  /** Why the agent's certificate request is refused; undefined where the answer is an offer, soon. */
  requested({ instanceUid }: AgentSession, csr: Uint8Array): { readonly refuse: string } | undefined {
    const reason = this.#credentials.certificateRequested(instanceUid, csr);
    return reason === undefined ? undefined : { refuse: reason };
  }

  /** A credential on offer goes with all else that the agent is to have; metrics alone go until the agent has settled them. */
  #wanted(session: AgentSession, record: AgentRecord): Wanted | undefined {
    const memory = this.#memoryOf(session);
    const credential = can(session, 'AcceptsOpAMPConnectionSettings')
      ? this.#credentials.offer(session.instanceUid)
      : undefined;
    const part = this.#metrics.wanted(session, record, () => this.#named(session, record));
    const verdict = part && this.#metrics.verdict(session, part);
    const isLeftOut =
      credential === undefined
        ? verdict !== undefined
        : memory.alone === credential.hash || verdict === 'failed';
    const metrics = isLeftOut ? undefined : part;
    const hash = hashOfParts(credential?.hash ?? this.#inUse(session), metrics?.hash);
    if (hash === undefined || (credential === undefined && metrics === undefined)) return undefined;
    const encode = (): Uint8Array => {
      const ownMetrics = metrics && this.#metrics.encoded(session, record, metrics);
      return encodeParts(credential, ownMetrics, hash);
    };
    return { hash, credential: credential?.hash, metrics, encode };
  }

  #named(session: AgentSession, record: AgentRecord): NamedMetrics | undefined {
    const status = session.parts.connectionSettingsStatus;
    if (status === undefined) return undefined;
    const memory = this.#memoryOf(session);
    if (memory.named?.status === status) return memory.named.metrics;
    const report = settingsReportOf(status);
    const part = report && this.#partsOf(session, record, report.hash).metrics;
    const metrics = report === undefined || part === undefined ? undefined : { part, report };
    memory.named = { status, metrics };
    return metrics;
  }

  #memoryOf(session: AgentSession): Memory {
    const known = this.#memories.get(session);
    if (known !== undefined) return known;
    const memory: Memory = {
      offered: undefined,
      sent: undefined,
      next: undefined,
      named: undefined,
      alone: undefined,
    };
    this.#memories.set(session, memory);
    return memory;
  }

  /** The parts of an offer that the process before this one may have made. */
  #partsOf(session: AgentSession, record: AgentRecord, hash: string): Omit<Parts, 'hash'> {
    const candidates = this.#metrics.candidates(session, record);
    const alone = candidates.find((part) => part.hash === hash);
    if (alone !== undefined) return { credential: undefined, metrics: alone };
    for (const { offerHash } of this.#credentials.ofAgent(session.instanceUid)) {
      if (offerHash === null) continue;
      const metrics = candidates.find((part) => hashOfParts(offerHash, part.hash) === hash);
      if (metrics !== undefined) return { credential: offerHash, metrics };
    }
    return { credential: hash, metrics: undefined };
  }

  /** Hash of the settings that the credential in use was offered with. */
  #inUse(session: AgentSession): string | undefined {
    const credentials = this.#credentials.ofAgent(session.instanceUid);
    return credentials.findLast(({ state }) => state === 'active')?.offerHash ?? undefined;
  }

  #credentialBy(session: AgentSession): string | undefined {
    const { credentialId } = grantOf(session);
    const credentials = this.#credentials.ofAgent(session.instanceUid);
    return credentials.find(({ id }) => id === credentialId)?.offerHash ?? undefined;
  }
}

function reportOf(session: AgentSession): SettingsReport | undefined {
  const status = session.parts.connectionSettingsStatus;
  return status && settingsReportOf(status);
}
