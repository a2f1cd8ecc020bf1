import { setTimeout as delay } from 'node:timers/promises';
import type { InstanceUid } from '@drover/opamp';
import { newInstanceUid, parseInstanceUid } from '@drover/opamp';
import { adapterFor } from '../adapters/adapter-for.ts';
import type { LearnedPrograms } from '../adapters/program-facts.ts';
import { accountEnvironment } from '../confinement/account.ts';
import { agentConfinement } from '../confinement/agent-confinement.ts';
import type { HostDescription } from '../description/host-description.ts';
import type { ServerWay } from '../link/server-way.ts';
import type { FileFollower } from '../logs/follow-file.ts';
import type { Logger } from '../logs/logger.ts';
import { passLogsThrough } from '../logs/pass-logs-through.ts';
import { agentLog } from '../process/agent-log.ts';
import type { Turns } from '../process/turns.ts';
import type { Secrets } from '../secrets.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { type AgentStatus, agentStatus } from '../status/agent-status.ts';
import type { AgentState } from '../storage/agent-state.ts';
import { agentStore } from '../storage/agent-store.ts';
import { makePrivateFolder } from '../storage/durable-file.ts';
import { letThrough } from '../storage/file-access.ts';
import { ownTelemetryStore } from '../storage/own-telemetry-store.ts';
import { processRecordStore } from '../storage/process-record.ts';
import type { AgentMetrics } from '../telemetry/agent-metrics.ts';
import { adoptAgent, reconcileAdopted } from './adopt-agent.ts';
import { AgentQueue } from './agent-queue.ts';
import { AgentReporter } from './agent-reporter.ts';
import { AgentRuntime } from './agent-runtime.ts';
import { AgentWatch } from './agent-watch.ts';
import { whyFallbackIsInvalid } from './fallback.ts';
import { firstStart } from './first-start.ts';
import { handleEvent } from './handle-event.ts';
import { planAtStart } from './offer-decision.ts';
import { OwnTelemetryPlan } from './own-telemetry-plan.ts';
import { ServerSide } from './server-side.ts';
import { Supervision } from './supervision.ts';

/** The link to the server does not wait longer for the program's name and version. */
const INSPECTION_HEAD_START_MS = 500;
const LOG_CHECK_INTERVAL_MS = 30_000;

/** `leave`: it goes on as it is, and the next supervisor on its storage adopts it. */
export type WhatOfTheAgent = 'end' | 'leave';

export interface ManagedAgentOptions {
  readonly settings: AgentSettings;
  readonly way: ServerWay;
  readonly host: HostDescription;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: LearnedPrograms;
  readonly turns: Turns;
}

/** One agent under supervision: its state on disk, its process, its links. Everything that happens to it goes through one queue. */
export class ManagedAgent {
  readonly #supervision: Supervision;
  readonly #stopping = new AbortController();
  readonly #reporter: AgentReporter;
  readonly #watch: AgentWatch;
  readonly #server: ServerSide;
  #loop: Promise<void> | undefined;
  #logTimer: NodeJS.Timeout | undefined;
  #follower: FileFollower | undefined;

  constructor(options: ManagedAgentOptions) {
    const { settings, metrics, logger, programs, turns } = options;
    const { storageFolder, runAs } = settings;
    makePrivateFolder(storageFolder);
    if (runAs !== undefined) letThrough(storageFolder, [runAs.gid]);
    const env = { ...options.env, ...accountEnvironment(runAs) };
    const store = agentStore(settings.storageFolder);
    const queue = new AgentQueue();
    const log = agentLog(settings.storageFolder);
    const state = store.load() ?? firstState(settings);
    const adapter = adapterFor(settings, {
      instanceUid: () => this.#supervision.state.instanceUid,
      env,
      programs,
    });
    const runtime = new AgentRuntime({
      settings,
      adapter,
      log,
      metrics,
      turns,
      confinement: agentConfinement(settings, logger),
      env,
      records: processRecordStore(settings.storageFolder),
      onObserved: () => this.#watch.observed(),
      onCustomCapabilities: () => this.#server.agentUnderstands(),
      onCustomMessage: (message) => this.#server.customFromAgent(message),
      onProblem: (concern, message) => this.#supervision.problem(concern, message),
      onExit: (record, exit) => {
        if (record.wasHealthy) this.#supervision.applies.interrupted('crash');
        queue.push({ kind: 'exited', record, exit });
      },
    });
    this.#supervision = new Supervision({
      settings,
      adapter,
      runtime,
      log,
      metrics,
      queue,
      store,
      state,
      plan: planAtStart(state, settings),
      ownTelemetry: new OwnTelemetryPlan(
        ownTelemetryStore(settings.storageFolder, options.secrets),
        settings.capabilities,
      ),
      logger,
      secrets: options.secrets,
      signal: this.#stopping.signal,
    });
    this.#supervision.save({});
    this.#watch = new AgentWatch(this.#supervision);
    this.#reporter = new AgentReporter(this.#supervision, options.host);
    options.host.onChange(() => this.#supervision.link?.touch());
    this.#server = new ServerSide({
      supervision: this.#supervision,
      way: options.way,
      env,
      report: () => this.#reporter.report(),
    });
  }

  get instanceUid(): InstanceUid {
    return this.#supervision.state.instanceUid;
  }

  /** How it is now. */
  status(): AgentStatus {
    return agentStatus(this.#supervision, this.#server.state);
  }

  /** Begins to supervise; resolves when the links are open and the agent is adopted or about to be started. */
  async start(): Promise<void> {
    const supervision = this.#supervision;
    this.#follower = passLogsThrough(supervision.settings, supervision.log.path, supervision.logger);
    await supervision.runtime.open();
    supervision.secrets.add(supervision.adapter.address.token);
    await Promise.race([
      this.#inspect(),
      delay(INSPECTION_HEAD_START_MS, undefined, { signal: this.#stopping.signal }).catch(() => {}),
    ]);
    const invalid = await whyFallbackIsInvalid(supervision);
    if (invalid !== undefined) throw new Error(`startup_fallback_configs cannot be used: ${invalid}`);
    const isAdopted = await adoptAgent(supervision);
    if (isAdopted) this.#watch.awaitAdopted();
    this.#server.open();
    this.#logTimer = setInterval(() => this.#rotateLog(), LOG_CHECK_INTERVAL_MS);
    this.#loop = this.#run(isAdopted);
  }

  /** Ends the agent, or leaves it to the next supervisor, and says goodbye; resolves when nothing of this supervision is left. Safe twice. */
  async stop(agent: WhatOfTheAgent = 'end'): Promise<void> {
    const supervision = this.#supervision;
    this.#stopping.abort();
    await this.#loop;
    clearInterval(this.#logTimer);
    this.#watch.close();
    await this.#server.close();
    supervision.clearTimers();
    try {
      if (agent === 'end') await supervision.runtime.stop();
    } finally {
      // One that is left is as it is: its server hears of it again from the next supervisor.
      if (agent === 'end') supervision.setPhase({ kind: 'stopped' });
      await supervision.link?.stop();
      // The link to one that is left ends with this process: after a farewell it would wait before it looks for the next
      // supervisor.
      if (agent === 'end') await supervision.adapter.close();
      this.#follower?.close();
    }
  }

  async #run(isAdopted: boolean): Promise<void> {
    await this.#guard(() =>
      isAdopted ? reconcileAdopted(this.#supervision) : firstStart(this.#supervision, this.#server),
    );
    for (;;) {
      const event = await this.#supervision.queue.next(this.#stopping.signal);
      if (event === undefined) return;
      await this.#guard(() => handleEvent(this.#supervision, event));
    }
  }

  /** Whatever goes wrong in one step must not end the supervision of the agent. */
  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#supervision.logger.error(
        { err: error instanceof Error ? error.stack : String(error) },
        'a step of the supervision failed',
      );
      if (this.#supervision.runtime.running === undefined && !this.#stopping.signal.aborted) {
        this.#supervision.retryLater(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async #inspect(): Promise<void> {
    const inspection = await this.#supervision.adapter.inspect();
    if (inspection.kind === 'facts') this.#supervision.facts = inspection.facts;
    this.#supervision.link?.touch();
  }

  #rotateLog(): void {
    try {
      this.#follower?.look();
      this.#supervision.log.rotateIfLarge();
    } catch (error) {
      this.#supervision.logger.warn({ err: String(error) }, "the agent's log cannot be rotated");
    }
  }
}

function firstState(settings: AgentSettings): AgentState {
  const preset = settings.instanceUid === undefined ? undefined : parseInstanceUid(settings.instanceUid);
  return {
    instanceUid: preset ?? newInstanceUid(),
    received: undefined,
    applied: undefined,
    lastGood: undefined,
    failed: [],
  };
}
