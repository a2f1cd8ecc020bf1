import type { ConfigFile } from '@drover/opamp';
import type { AgentAdapter, AgentFacts } from '../adapters/agent-adapter.ts';
import type { DataCheck } from '../flow/data-check.ts';
import type { FleetLink } from '../link/fleet-link.ts';
import type { Logger } from '../logs/logger.ts';
import type { AgentLog } from '../process/agent-log.ts';
import { CRASH_LOOP_AFTER, restartDelayMs } from '../process/crash-backoff.ts';
import type { Secrets } from '../secrets.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { AgentState, RemoteConfig, RemoteConfigVerdict } from '../storage/agent-state.ts';
import type { AgentStore } from '../storage/agent-store.ts';
import type { AgentMetrics } from '../telemetry/agent-metrics.ts';
import type { AgentPhase } from './agent-health.ts';
import type { AgentQueue } from './agent-queue.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { ApplyWatch, type GapCause } from './apply-watch.ts';
import { dataCheckOf } from './check-data.ts';
import type { OwnTelemetryPlan } from './own-telemetry-plan.ts';
import { ServerPace } from './server-pace.ts';
import type { SupervisorProblems } from './supervisor-health.ts';

/** A program that is not there may come back any moment; looking for it is cheap. */
const LONGEST_WAIT_FOR_PROGRAM_MS = 30_000;

export interface SupervisionOptions {
  readonly settings: AgentSettings;
  readonly adapter: AgentAdapter;
  readonly runtime: AgentRuntime;
  readonly log: AgentLog;
  readonly queue: AgentQueue;
  readonly store: AgentStore;
  readonly ownTelemetry: OwnTelemetryPlan;
  readonly state: AgentState;
  readonly plan: RemoteConfig | undefined;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
  readonly secrets: Secrets;
  /** Aborted when the supervisor stops: waits end. */
  readonly signal: AbortSignal;
}

/** What the steps of supervising one agent share: what is kept, what is reported, what is to come. */
export class Supervision {
  readonly settings: AgentSettings;
  readonly adapter: AgentAdapter;
  readonly runtime: AgentRuntime;
  readonly log: AgentLog;
  readonly queue: AgentQueue;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  readonly ownTelemetry: OwnTelemetryPlan;
  /** What is to be run now; undefined = the local configuration. */
  plan: RemoteConfig | undefined;
  /** The fallback configuration runs in the place of `plan`. */
  isOnFallback = false;
  facts: AgentFacts | undefined;
  /** What ran well before the configuration that is not proved yet; undefined where there is none such. */
  before: { readonly plan: RemoteConfig | undefined } | undefined;
  /** What the running process was given, as long as it has not reported its effective configuration itself. */
  composed: ReadonlyMap<string, ConfigFile> | undefined;
  link: FleetLink | undefined;
  readonly applies = new ApplyWatch();
  /** Undefined where it is not looked at whether data flow. */
  readonly dataCheck: DataCheck | undefined;
  readonly #store: AgentStore;
  #state: AgentState;
  readonly #problems = new Map<string, string>();
  readonly restartPace = new ServerPace();
  readonly uidPace = new ServerPace();
  #phase: AgentPhase = { kind: 'starting' };
  #phaseSinceMs = Date.now();
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #stabilityTimer: NodeJS.Timeout | undefined;

  constructor(options: SupervisionOptions) {
    this.settings = options.settings;
    this.adapter = options.adapter;
    this.runtime = options.runtime;
    this.log = options.log;
    this.queue = options.queue;
    this.metrics = options.metrics;
    this.logger = options.logger;
    this.secrets = options.secrets;
    this.signal = options.signal;
    this.plan = options.plan;
    this.ownTelemetry = options.ownTelemetry;
    this.dataCheck = dataCheckOf(this);
    this.#store = options.store;
    this.#state = options.state;
  }

  get state(): AgentState {
    return this.#state;
  }

  get acceptsRemoteConfig(): boolean {
    return this.settings.capabilities.includes('AcceptsRemoteConfig');
  }

  get phase(): AgentPhase {
    return this.#phase;
  }

  /** On disk when this returns. A disk that cannot be written to does not stop the agent: it is said, and memory goes on. */
  save(change: Partial<AgentState>): void {
    this.#state = { ...this.#state, ...change };
    try {
      this.#store.save(this.#state);
      this.problem('state', undefined);
    } catch (error) {
      this.problem(
        'state',
        `the state cannot be saved, and a restart of the supervisor would not know of this: ${String(error)}`,
      );
    }
  }

  /** What hinders the supervisor; the server is told. Undefined where nothing of that kind does any more. */
  problem(concern: string, message: string | undefined): void {
    if (this.#problems.get(concern) === (message && this.secrets.mask(message))) return;
    if (message === undefined) {
      this.#problems.delete(concern);
      this.logger.info({ concern }, 'a problem of the supervisor is over');
    } else {
      this.#problems.set(concern, this.secrets.mask(message));
      this.logger.error({ concern }, message);
    }
    this.link?.touch();
  }

  get problems(): SupervisorProblems {
    return this.#problems;
  }

  /** When the agent came into the phase that it is in. */
  get phaseSinceMs(): number {
    return this.#phaseSinceMs;
  }

  /** The agent is about to stop serving, or has stopped. Counts only where it served. */
  interrupted(cause: GapCause): void {
    if (this.runtime.isHealthy) this.applies.interrupted(cause);
  }

  /** The agent is healthy on what it runs. */
  resumed(): void {
    const gap = this.applies.resumed();
    if (gap === undefined) return;
    this.logger.info({ cause: gap.cause, gapMs: gap.ms }, 'the agent receives again');
    if (gap.cause === 'apply') this.metrics.gapMeasured(gap.ms);
  }

  setPhase(phase: AgentPhase): void {
    if (phase.kind !== this.#phase.kind) this.#phaseSinceMs = Date.now();
    this.#phase = phase;
    // Intended restarts are over soon and need no report of their own; anything else is news.
    if (phase.kind === 'starting' || phase.kind === 'restarting') this.link?.touch();
    else this.link?.flush();
  }

  /** Tells the server, and remembers, what became of the last offer. */
  conclude(config: RemoteConfig, verdict: RemoteConfigVerdict, errorMessage = ''): void {
    this.metrics.concluded(verdict);
    if (verdict === 'applying') this.applies.begin(config.hash);
    else this.applies.concluded(verdict);
    this.save({ received: { config, verdict, errorMessage }, applied: this.#appliedAfter(config, verdict) });
    this.answer(config.hash, verdict, errorMessage);
  }

  #appliedAfter(config: RemoteConfig, verdict: RemoteConfigVerdict): RemoteConfig | undefined {
    const { applied } = this.state;
    if (verdict === 'applied') return config;
    return verdict === 'failed' && applied?.hash === config.hash ? undefined : applied;
  }

  /** Tells the server what became of a hash. */
  answer(hash: string, verdict: RemoteConfigVerdict, errorMessage = ''): void {
    // Who reads APPLIED must already know how the agent is.
    this.link?.flush();
    this.link?.setRemoteConfigStatus({
      hash: new Uint8Array(Buffer.from(hash, 'hex')),
      status: verdict,
      errorMessage,
    });
  }

  /** A start failed or the agent crashed: tries again after a while that grows with each failure in a row. */
  retryLater(reason: string): void {
    const restartInMs = this.#scheduleRetry(reason, Number.POSITIVE_INFINITY);
    const isLoop = this.#failures >= CRASH_LOOP_AFTER;
    this.setPhase({ kind: 'crashed', reason, isLoop, restartInMs });
  }

  /** There is no program that could be run: looks for it again soon. An agent that runs is not affected. */
  awaitProgram(reason: string): void {
    this.#scheduleRetry(reason, LONGEST_WAIT_FOR_PROGRAM_MS);
    if (this.runtime.running === undefined) this.setPhase({ kind: 'unusable', reason });
  }

  #scheduleRetry(reason: string, longestMs: number): number {
    this.#failures++;
    const delayMs = Math.min(restartDelayMs(this.#failures, Math.random()), longestMs);
    this.logger.error({ retryInMs: delayMs, failures: this.#failures, reason }, 'the agent cannot be run');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.queue.push({ kind: 'retry' }), delayMs);
    return delayMs;
  }

  cancelRetry(): void {
    clearTimeout(this.#retryTimer);
  }

  forgetFailures(): void {
    this.#failures = 0;
  }

  /** Announces `stable` once the process that runs now has run for the whole window. */
  armStability(): void {
    clearTimeout(this.#stabilityTimer);
    const { running } = this.runtime;
    if (running === undefined) return;
    const { launchId, inputsHash } = running.record;
    this.#stabilityTimer = setTimeout(
      () => this.queue.push({ kind: 'stable', launchId, inputsHash }),
      this.settings.stabilityWindowMs,
    );
  }

  clearTimers(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#stabilityTimer);
    this.dataCheck?.close();
  }
}
