import { randomUUID } from 'node:crypto';
import type { ComponentHealth } from '@drover/opamp';
import type { AgentAdapter, ComposedConfig, ReloadResult, Validation } from '../adapters/agent-adapter.ts';
import type { Confinement } from '../confinement/confinement.ts';
import {
  type AgentExit,
  type AgentProcess,
  adoptAgentProcess,
  launchAgentProcess,
} from '../process/agent-process.ts';
import type { Turns } from '../process/turns.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { placeFiles, removeCompanions } from '../storage/config-folder.ts';
import type { ProcessRecord } from '../storage/process-record.ts';
import type { AgentMetrics, CrashReason } from '../telemetry/agent-metrics.ts';
import { AgentDisk, type AgentDiskOptions } from './agent-disk.ts';
import { healthErrors, startVerdict } from './agent-health.ts';
import { AgentObservation, type ObservationOptions, type Observed } from './agent-observation.ts';
import { type AsideFolder, askProgram } from './ask-program.ts';
import { leftProcess, processesOf } from './left-processes.ts';

export interface RunningAgent {
  readonly process: AgentProcess;
  readonly record: ProcessRecord;
}

export type StartOutcome =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'exited'; readonly exit: AgentExit }
  | { readonly kind: 'unhealthy'; readonly message: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'interrupted' };

export interface AgentRuntimeOptions extends Omit<ObservationOptions, 'onLinkError'>, AgentDiskOptions {
  readonly settings: AgentSettings;
  readonly adapter: AgentAdapter;
  readonly metrics: AgentMetrics;
  /** For programs that are run to check a configuration: those of all agents together. */
  readonly turns: Turns;
  readonly confinement: Confinement;
  readonly env: NodeJS.ProcessEnv;
  readonly onExit: (record: ProcessRecord, exit: AgentExit) => void;
}

/** The one process of an agent, and what it says. Decides nothing. */
export class AgentRuntime {
  readonly #options: AgentRuntimeOptions;
  readonly #observation: AgentObservation;
  readonly #disk: AgentDisk;
  #running: RunningAgent | undefined;
  /** Its end is wanted, so it is no news. */
  #stopping: AgentProcess | undefined;
  /** Its start has no verdict yet: its end is that verdict, and not reported as news. */
  #starting: AgentProcess | undefined;

  constructor(options: AgentRuntimeOptions) {
    this.#options = options;
    this.#disk = new AgentDisk(options);
    this.#observation = new AgentObservation({
      ...options,
      onLinkError: (error) => options.metrics.localLinkFailed(error),
    });
  }

  get running(): RunningAgent | undefined {
    return this.#running;
  }

  get observed(): Observed {
    return this.#observation.current;
  }

  /** A process was launched or told to reload, and `awaitStart` has no verdict yet. */
  get isStarting(): boolean {
    return this.#starting !== undefined;
  }

  /** What was noted of the process that ran last, or runs. */
  get formerRecord(): ProcessRecord | undefined {
    return this.#running?.record ?? this.#disk.record;
  }

  /** What holds the agent to each of its limits. */
  get limits(): Confinement['holds'] {
    return this.#options.confinement.holds;
  }

  /** It runs, is healthy or has been so, and has not reported a failure since. */
  get isHealthy(): boolean {
    if (this.#running === undefined) return false;
    const { health } = this.observed;
    const verdict = health === undefined ? 'starting' : startVerdict(health);
    return verdict === 'started' || (verdict === 'starting' && this.#running.record.wasHealthy);
  }

  /** Prepares to hear the agent; the former address is kept, so that an agent that still runs finds it. */
  open(): Promise<void> {
    const record = this.#disk.record;
    const former = record && {
      port: record.localPort,
      token: record.localToken,
      probePort: record.probePort,
    };
    return this.#options.adapter.open(former, this.#observation.observer());
  }

  /** Takes charge of the agent that an earlier supervisor left running, if there is one. */
  adopt(): RunningAgent | undefined {
    const left = leftProcess(this.#disk.record, this.#options.settings.storageFolder);
    if (left === undefined) return undefined;
    this.#options.metrics.adopted();
    this.#options.confinement.admit(left.identity.pid);
    return this.#take(this.#explained(adoptAgentProcess(left.identity)), left);
  }

  /** Ends agents of this storage of which there is no record: nobody could speak to them, and there would be two. Only when nothing was adopted. Returns their pids. */
  async endStrays(): Promise<readonly number[]> {
    const { storageFolder, stopLimitMs } = this.#options.settings;
    const strays = processesOf(storageFolder);
    await Promise.all(
      strays.map((identity) =>
        adoptAgentProcess(identity).stop(stopLimitMs, this.#options.adapter.stopSignal),
      ),
    );
    return strays.map(({ pid }) => pid);
  }

  /** Asks the program whether it would run this composition; the files that run now are not touched. */
  async validate(composition: ComposedConfig): Promise<Validation> {
    const validation = await this.#ask(composition, 'candidate');
    if (validation.kind === 'invalid') this.#options.metrics.validationFailed();
    return validation;
  }

  /** As `validate`, for a composition that is not to be run; also while others are applied. */
  tryOut(composition: ComposedConfig): Promise<Validation> {
    return this.#ask(composition, 'trial');
  }

  /** Starts the program on this composition. Only when nothing runs. */
  async launch(
    composition: ComposedConfig,
    remoteHash: string | undefined,
  ): Promise<{ readonly kind: 'started' } | { readonly kind: 'failed'; readonly message: string }> {
    if (this.#running !== undefined)
      throw new Error(`agent process ${this.#running.process.identity.pid} still runs`);
    const { settings, adapter, env, metrics, confinement } = this.#options;
    this.place(composition);
    const { address } = adapter;
    const record: ProcessRecord = {
      launchId: randomUUID(),
      identity: undefined,
      startedAtMs: Date.now(),
      remoteHash,
      inputsHash: composition.inputsHash,
      launchHash: composition.launchHash,
      wasHealthy: false,
      isProven: false,
      localPort: address.port,
      localToken: address.token,
      probePort: address.probePort,
    };
    // Before the start: whoever comes after us must be able to find the process.
    this.#disk.save(record);
    adapter.forgetProcess();
    this.#observation.forget();
    const command = adapter.launchCommand();
    const launched = await launchAgentProcess({
      ...confinement.confine({ ...command, env: { ...env, ...command.env } }),
      runAs: confinement.account,
      admit: confinement.isGated ? (pid) => confinement.admit(pid) : undefined,
      launchId: record.launchId,
      storageFolder: settings.storageFolder,
      output: this.#disk.openOutput(),
    });
    if (launched.kind === 'failed') {
      metrics.crashed('start_failed');
      return launched;
    }
    metrics.started();
    if (!confinement.isGated) confinement.admit(launched.process.identity.pid);
    const process = this.#explained(launched.process);
    this.#starting = process;
    this.#take(process, { ...record, identity: process.identity });
    return { kind: 'started' };
  }

  /** True where the running process can be given this composition without a restart. */
  canReload({ launchHash }: ComposedConfig): boolean {
    return (
      this.#options.adapter.reload !== undefined &&
      this.#running?.record.launchHash === launchHash &&
      // One that cannot be heard could not be seen to have taken it up either.
      this.isHealthy &&
      this.observed.isLinked
    );
  }

  /** Resolves when the running agent can be heard and has said how it is, or after `limitMs`. */
  async linked(limitMs: number, signal: AbortSignal): Promise<void> {
    const isHeard = ({ isLinked, health }: Observed) => isLinked && health !== undefined;
    await this.#observation.until(isHeard, limitMs, signal).ended;
  }

  /** Resolves when a healthy process has been so for long enough to be told to reload. */
  listens(): Promise<void> {
    return this.#observation.listens();
  }

  /** Puts the files of a composition in their place, where the process that runs reads them only when it is told to. */
  place({ files, companions }: ComposedConfig): void {
    const { place } = this.#options.adapter;
    placeFiles([...files, ...companions], place);
    removeCompanions(place.folder, companions);
  }

  /** Makes the running process take up this composition, which is in its place. What it said before is forgotten: `awaitStart` waits for the new word. Only where `canReload`. */
  async reload(composition: ComposedConfig, remoteHash: string | undefined): Promise<ReloadResult> {
    const { adapter } = this.#options;
    const running = this.#running;
    if (running === undefined || adapter.reload === undefined) throw new Error('nothing can be reloaded');
    const { inputsHash } = composition;
    this.note({ remoteHash, inputsHash, wasHealthy: false, isProven: false });
    this.#observation.forget({ isLinked: this.observed.isLinked });
    this.#starting = running.process;
    const result = await adapter.reload(running.process.identity.pid, composition);
    if (result.kind === 'failed') this.#starting = undefined;
    return result;
  }

  /** Waits until the agent that was launched or reloaded is healthy, has failed, or `limitMs` is over. Once after each. */
  async awaitStart(limitMs: number, signal: AbortSignal): Promise<StartOutcome> {
    const starting = this.#starting;
    if (starting === undefined) throw new Error('no agent is being started');
    let verdict: StartOutcome | undefined;
    // The word that decides is kept: what the agent says next is about its running, and may come before this is read.
    const look = ({ health }: Observed) => {
      verdict = health && outcomeOf(health);
      return verdict !== undefined;
    };
    const waiting = this.#observation.until(look, limitMs, signal);
    const exited = starting.exited.then((exit) => ({ kind: 'exited', exit }) as const);
    const first = await Promise.race([waiting.ended, exited]);
    waiting.cancel();
    this.#starting = undefined;
    if (typeof first !== 'string') return first;
    return verdict ?? { kind: first === 'aborted' ? 'interrupted' : 'timed_out' };
  }

  /** Notes what has become known about the running process. */
  note(facts: Partial<Pick<ProcessRecord, 'remoteHash' | 'inputsHash' | 'wasHealthy' | 'isProven'>>): void {
    if (this.#running === undefined) return;
    const record = { ...this.#running.record, ...facts };
    this.#running = { ...this.#running, record };
    this.#disk.save(record);
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#stopping = running.process;
    const { settings, adapter } = this.#options;
    await running.process.stop(settings.stopLimitMs, adapter.stopSignal);
    this.#running = undefined;
  }

  #ask(composition: ComposedConfig, aside: AsideFolder): Promise<Validation> {
    const { adapter, turns, settings } = this.#options;
    return askProgram({ adapter, turns, storageFolder: settings.storageFolder }, composition, aside);
  }

  #take(process: AgentProcess, record: ProcessRecord): RunningAgent {
    const running = { process, record };
    this.#running = running;
    this.#disk.save(record);
    const { adapter } = this.#options;
    adapter.observe({ pid: process.identity.pid, startedAtMs: record.startedAtMs });
    void process.exited.then((exit) => {
      if (this.#running?.process !== process) return;
      const { record: last } = this.#running;
      this.#running = undefined;
      adapter.forgetProcess();
      if (this.#stopping === process) return;
      this.#options.metrics.crashed(crashReason(exit));
      if (this.#starting !== process) this.#options.onExit(last, exit);
    });
    return running;
  }

  /** The same process, whose end also tells what its limits had to do with it. */
  #explained(process: AgentProcess): AgentProcess {
    const { confinement } = this.#options;
    const exited = process.exited.then((exit) => {
      const outOfMemoryAt = confinement.outOfMemoryAt();
      confinement.release();
      return { ...exit, outOfMemoryAt };
    });
    return { ...process, exited };
  }
}

/** What a health report says of a start; undefined where it goes on. */
function outcomeOf(health: ComponentHealth): StartOutcome | undefined {
  switch (startVerdict(health)) {
    case 'started':
      return { kind: 'healthy' };
    case 'failed':
      return { kind: 'unhealthy', message: healthErrors(health) };
    case 'starting':
      return undefined;
  }
}

function crashReason({ code, signal, outOfMemoryAt }: AgentExit): CrashReason {
  if (outOfMemoryAt !== undefined) return 'out_of_memory';
  if (signal !== undefined) return 'signal';
  return code === undefined ? 'unknown' : 'exit_code';
}
