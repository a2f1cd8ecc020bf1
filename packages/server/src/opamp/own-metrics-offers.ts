import type { InstanceUid } from '@drover/opamp';
import type { AgentSession } from '@drover/opamp/server';
import type { AgentRecord } from '../agents/agent.ts';
import type { EncodedSettings } from '../connections/credential-issuer.ts';
import type { SettingsReport } from '../connections/credential-trials.ts';
import type { LetInAtMs } from '../telemetry/own-metrics-tokens.ts';
import { can } from './agent-capability.ts';
import { grantOf } from './grant-of.ts';
import { type MetricsPart, MetricsParts, type MetricsWord, nextTry } from './own-metrics-part.ts';

/** Where agents send their own metrics. */
export interface OwnMetricsSource {
  /** Labels and attributes of agents decide which of them are told. */
  readonly isSelective: boolean;
  /** The agent is to be told; from others that were told before it is taken back. */
  isFor(record: AgentRecord): boolean;
  /** The same for the same agent on the same way each time; undefined where it cannot be told how the agent reaches us. */
  offer(uid: InstanceUid, letInAtMs: LetInAtMs, endpoint: string | undefined): EncodedSettings | undefined;
  /** The agent sent its own metrics lately, by the token that it was told. */
  isSending(uid: InstanceUid): boolean;
  /** The agent cannot use what it was told. */
  failed(uid: InstanceUid, word: MetricsWord, reason: string): void;
  /** The agent says that it sends them no more. */
  takenBack(uid: InstanceUid): void;
}

/** What is known of own metrics at an agent. */
export interface OwnMetricsState {
  readonly state: 'not_told' | 'told' | 'applied' | 'failed' | 'taken_back';
  /** Why it cannot use what it was told; else empty. */
  readonly error: string;
}

/** What an agent reported of its connection settings, and the part of own metrics that its hash names. */
export interface NamedMetrics {
  readonly part: MetricsPart;
  readonly report: SettingsReport;
}

/** What the offer of an address follows from, and its hash. */
interface Way {
  readonly uid: InstanceUid;
  readonly letInAtMs: LetInAtMs;
  readonly endpoint: string | undefined;
  readonly hash: string | undefined;
}

/** Lost with this process, which costs one more offer at most. */
interface Memory {
  /** Hash of the address for this agent on this way: agents report often, and making it costs more than looking. */
  way: Way | undefined;
  settled: { readonly part: MetricsPart; readonly state: 'applied' | 'failed' } | undefined;
  /** Undefined until the agent's report was looked at. */
  tries: number | undefined;
  /** An operator wants this said once more; until there is a verdict. */
  again: MetricsWord | undefined;
}

/** Which word about own metrics each agent is to be told: an address, or that it is to send them no more. */
export class OwnMetricsOffers {
  readonly #source: OwnMetricsSource;
  readonly #parts = new MetricsParts();
  readonly #memories = new WeakMap<AgentSession, Memory>();

  constructor(source: OwnMetricsSource) {
    this.#source = source;
  }

  /** The part that the agent is to have; undefined where nothing is to be said. `named` looks at what it reports. */
  wanted(
    session: AgentSession,
    record: AgentRecord,
    named: () => NamedMetrics | undefined,
  ): MetricsPart | undefined {
    if (!can(session, 'ReportsOwnMetrics')) return undefined;
    const memory = this.#memoryOf(session);
    const told = this.#toldHash(session, record);
    memory.tries ??= named()?.part.tries ?? 0;
    if (this.#source.isFor(record)) return this.#parts.part('told', told, memory.tries);
    return this.#isToTakeBack(session, memory, named)
      ? this.#parts.part('taken_back', told, memory.tries)
      : undefined;
  }

  /** What the agent said of this part, as far as this process has heard it. */
  verdict(session: AgentSession, part: MetricsPart): 'applied' | 'failed' | undefined {
    const { settled } = this.#memoryOf(session);
    return settled?.part.hash === part.hash ? settled.state : undefined;
  }

  encoded(session: AgentSession, record: AgentRecord, { word }: MetricsPart): EncodedSettings | undefined {
    return word === 'taken_back' ? this.#parts.takeBack : this.#address(session, record);
  }

  /** All parts that may have been said to the agent on this way. */
  candidates(session: AgentSession, record: AgentRecord): readonly MetricsPart[] {
    return this.#parts.all(this.#toldHash(session, record));
  }

  /** The agent starts anew and has nothing. */
  reset(session: AgentSession): void {
    this.#memoryOf(session).settled = undefined;
  }

  settle(session: AgentSession, part: MetricsPart, { status, errorMessage }: SettingsReport): void {
    if (status !== 'applied' && status !== 'failed') return;
    const memory = this.#memoryOf(session);
    const { settled } = memory;
    memory.settled = { part, state: status };
    memory.again = undefined;
    if (settled?.part.hash === part.hash && settled.state === status) return;
    const uid = session.instanceUid;
    if (status === 'failed') this.#source.failed(uid, part.word, errorMessage);
    else if (part.word === 'taken_back') this.#source.takenBack(uid);
  }

  stateOf(session: AgentSession, record: AgentRecord, named: NamedMetrics | undefined): OwnMetricsState {
    const { settled, again } = this.#memoryOf(session);
    const part = settled?.part ?? named?.part;
    const status = settled?.state ?? named?.report.status;
    const word = again ?? part?.word;
    const isTold = can(session, 'ReportsOwnMetrics') && this.#source.isFor(record);
    if (again === undefined && status === 'failed' && (isTold || word === 'taken_back'))
      return { state: 'failed', error: named?.report.errorMessage ?? '' };
    if (word === 'taken_back') return { state: 'taken_back', error: '' };
    if (again === undefined && status === 'applied') return { state: 'applied', error: '' };
    return {
      state: isTold && this.#toldHash(session, record) !== undefined ? 'told' : 'not_told',
      error: '',
    };
  }

  /** What failed is said once more, under a hash that the agent does not know. */
  retry(session: AgentSession, named: NamedMetrics | undefined): void {
    const memory = this.#memoryOf(session);
    const part = memory.settled?.part ?? named?.part;
    memory.tries = nextTry(part?.tries ?? memory.tries ?? 0);
    memory.again = part?.word ?? 'told';
    memory.settled = undefined;
  }

  #isToTakeBack(session: AgentSession, memory: Memory, named: () => NamedMetrics | undefined): boolean {
    if (memory.again === 'taken_back') return true;
    if (memory.settled?.part.word === 'taken_back') return false;
    const known = named();
    if (known?.part.word === 'taken_back') return false;
    if (known !== undefined && known.report.status !== 'failed') return true;
    // What an agent says of later settings, or one that says nothing of settings, does not tell: what it sends does.
    return this.#source.isSending(session.instanceUid);
  }

  #toldHash(session: AgentSession, record: AgentRecord): string | undefined {
    const memory = this.#memoryOf(session);
    const { uid, enrolment } = record;
    const { endpoint } = grantOf(session);
    const { way } = memory;
    if (way?.uid === uid && way.letInAtMs === enrolment.atMs && way.endpoint === endpoint) return way.hash;
    const hash = this.#address(session, record)?.hash;
    memory.way = { uid, letInAtMs: enrolment.atMs, endpoint, hash };
    return hash;
  }

  #address(session: AgentSession, { uid, enrolment }: AgentRecord): EncodedSettings | undefined {
    return this.#source.offer(uid, enrolment.atMs, grantOf(session).endpoint);
  }

  #memoryOf(session: AgentSession): Memory {
    const known = this.#memories.get(session);
    if (known !== undefined) return known;
    const memory: Memory = { way: undefined, settled: undefined, tries: undefined, again: undefined };
    this.#memories.set(session, memory);
    return memory;
  }
}
