import type { AgentDrift, IntendedConfig } from '@drover/api';
import { type ConfigMap, type DriftDifference, findDrift, SectionReader } from '@drover/collector-config';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { withoutOwnPlaces } from '../agents/effective-content.ts';
import { requireSelector } from '../agents/selector.ts';
import { breathe } from '../lib/breathe.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { timeText } from '../lib/page.ts';
import { shownDifference } from './drift-difference.ts';
import { intendedView, mergedOf } from './intended-config.ts';
import type { ShownLayer } from './stack-content.ts';

export interface DriftServiceOptions {
  readonly agents: AgentService;
  /** The stack that the agent is to run, as a person may see it. */
  readonly layersOf: (uid: InstanceUid) => readonly ShownLayer[] | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

type Judgement =
  | { readonly kind: 'judged'; readonly differences: readonly DriftDifference[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Agents report in bursts after a rollout. */
const DELAY_MS = 1000;
const EVERYBODY = requireSelector('');
/** So long one slice of work may take, and so long the others go first after it. */
const SLICE_MS = 4;
const PAUSE_MS = 20;
const MAX_CACHED = 2000;

/**
 * Judges whether agents run what they are meant to, by meaning. Done after an agent reports its effective configuration,
 * in the background and in small slices; agents that report the same are judged once.
 */
export class DriftService {
  /** Agents that were looked at. */
  readonly judged = new Listeners<InstanceUid>();
  readonly #options: DriftServiceOptions;
  readonly #reader = new SectionReader();
  readonly #waiting = new Set<InstanceUid>();
  /** Of agents that drift, the last judgement. */
  readonly #drifting = new Map<InstanceUid, readonly DriftDifference[]>();
  readonly #cache = new Map<string, Judgement>();
  readonly #intended = new Map<string, ConfigMap | null>();
  #timer: Timer | undefined;
  #isWorking = false;
  #isStopped = false;

  constructor(options: DriftServiceOptions) {
    this.#options = options;
    options.agents.facts.subscribe((fact) => {
      if (fact.kind === 'effective_config' || fact.kind === 'config_status') this.#mark(fact.record.uid);
      if (fact.kind === 'removed') this.#drifting.delete(fact.record.uid);
    });
  }

  /** Looks again at the agents that drifted when the server was stopped: in what is not stored. The agents must be loaded. */
  start(): void {
    for (const { uid, drift } of this.#options.agents.match(EVERYBODY)) if (drift) this.#mark(uid);
  }

  /** In what an agent drifts, as far as it was looked at; one array for all agents that differ in the same. */
  differencesOf(uid: InstanceUid): readonly DriftDifference[] | undefined {
    return this.#drifting.get(uid);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Throws `agent_not_found`. */
  async drift(uid: string): Promise<Omit<AgentDrift, 'reassert'>> {
    const agent = this.#require(uid);
    const judgement = await this.#judge(agent);
    const { effectiveConfigAtMs } = agent;
    const effectiveReportedAt = effectiveConfigAtMs === null ? null : timeText(effectiveConfigAtMs);
    if (judgement.kind === 'unknown')
      return { state: 'unknown', reason: judgement.reason, differences: [], effectiveReportedAt };
    const differences = judgement.differences.map(shownDifference);
    const state = differences.length === 0 ? 'none' : 'drifted';
    return { state, reason: '', differences, effectiveReportedAt };
  }

  /** What the agent is to run. Throws `agent_not_found`. */
  intended(uid: string): IntendedConfig {
    const { desired } = this.#require(uid);
    const layers = this.#options.layersOf(uid as InstanceUid) ?? [];
    return intendedView(desired?.hash ?? '', desired?.problem ?? null, layers);
  }

  #mark(uid: InstanceUid): void {
    this.#waiting.add(uid);
    if (!this.#isWorking && !this.#isStopped)
      this.#timer ??= this.#options.clock.after(DELAY_MS, () => this.#work());
  }

  #work(): void {
    this.#timer = undefined;
    this.#isWorking = true;
    this.#judgeWaiting()
      .catch((error: unknown) => {
        this.#options.log.error({ error: errorText(error) }, 'drift could not be judged');
      })
      .finally(() => {
        this.#isWorking = false;
        if (this.#waiting.size > 0 && !this.#isStopped)
          this.#timer ??= this.#options.clock.after(PAUSE_MS, () => this.#work());
      });
  }

  async #judgeWaiting(): Promise<void> {
    const { agents } = this.#options;
    const startedMs = performance.now();
    for (const uid of this.#waiting) {
      this.#waiting.delete(uid);
      const agent = agents.record(uid);
      if (agent === undefined) continue;
      const judgement = await this.#judge(agent);
      this.#keep(uid, judgement);
      if (performance.now() - startedMs > SLICE_MS) return;
    }
    await breathe();
  }

  #keep(uid: InstanceUid, judgement: Judgement): void {
    const differences = judgement.kind === 'judged' ? judgement.differences : undefined;
    if (differences === undefined || differences.length === 0) this.#drifting.delete(uid);
    else this.#drifting.set(uid, differences);
    this.#options.agents.setDrift(uid, differences?.length ?? null);
    this.judged.emit(uid);
  }

  async #judge({ uid, desired, config }: AgentRecord): Promise<Judgement> {
    if (desired === null) return unknown('nothing is intended for it');
    if (desired.problem) return unknown(desired.problem);
    if (config.hash !== desired.hash || config.status !== 'applied')
      return unknown('it has not applied its intended configuration');
    const bodies = await this.#options.agents.effectiveBodies(uid);
    const [body] = bodies?.values() ?? [];
    if (bodies === undefined || body === undefined)
      return unknown('it does not report its effective configuration');
    if (bodies.size > 1) return unknown('it reports its effective configuration in several files');
    const text = withoutOwnPlaces(body, uid);
    return this.#cached(sha256Hex(`${desired.hash}\n${text}`), () => this.#compare(uid, desired.hash, body));
  }

  #cached(key: string, judge: () => Judgement): Judgement {
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const judgement = judge();
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(key, judgement);
    return judgement;
  }

  #compare(uid: InstanceUid, hash: string, body: string): Judgement {
    const intended = this.#intendedOf(uid, hash);
    if (intended === null) return unknown('its intended configuration is not a Collector configuration');
    const effective = this.#reader.read(body);
    if (effective.kind === 'invalid') return unknown('its effective configuration cannot be read');
    if (effective.kind === 'too_large')
      return unknown('its effective configuration is too large to be compared');
    const { data, key } = effective;
    const judge = (): Judgement => ({ kind: 'judged', differences: findDrift(intended, data) });
    // Agents whose texts differ in comments alone have the same sections.
    return key === undefined ? judge() : this.#cached(`${hash} ${key}`, judge);
  }

  #intendedOf(uid: InstanceUid, hash: string): ConfigMap | null {
    const known = this.#intended.get(hash);
    if (known !== undefined) return known;
    const merged = mergedOf(this.#options.layersOf(uid) ?? [])?.config ?? null;
    if (this.#intended.size >= MAX_CACHED) this.#intended.clear();
    this.#intended.set(hash, merged);
    return merged;
  }

  #require(uid: string): AgentRecord {
    const agent = this.#options.agents.record(uid as InstanceUid);
    if (agent === undefined)
      throw new DomainError(
        'agent_not_found',
        `there is no agent "${uid}"; it never connected, or it was forgotten`,
      );
    return agent;
  }
}

function unknown(reason: string): Judgement {
  return { kind: 'unknown', reason };
}
