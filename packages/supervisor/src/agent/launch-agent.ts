import type { ComponentHealth, ConfigFile } from '@drover/opamp';
import type { ComposedConfig, Composition } from '../adapters/agent-adapter.ts';
import type { AgentExit } from '../process/agent-process.ts';
import type { RemoteConfig } from '../storage/agent-state.ts';
import type { ComposedFile } from '../storage/config-folder.ts';
import { FALLBACK_MARK } from '../storage/process-record.ts';
import { healthErrors } from './agent-health.ts';
import { settleHealthy } from './apply-verdict.ts';
import { exitText } from './exit-text.ts';
import type { Supervision } from './supervision.ts';

/** The name among the supervisor's problems of what keeps the local configuration from being read. */
export const LOCAL_CONCERN = 'local configuration';

/** How far up in its output the agent's own words are looked for. */
const WORDS_WITHIN_BYTES = 64 * 1_024;

export type StartResult =
  | { readonly kind: 'healthy' }
  /** The process runs. */
  | { readonly kind: 'unhealthy'; readonly message: string }
  /** No process runs. `signal`: what ended it, where one did. */
  | { readonly kind: 'ended'; readonly message: string; readonly signal: string | undefined }
  /** The system would not start a process, which says nothing of what it was to run. */
  | { readonly kind: 'not_started'; readonly message: string }
  | { readonly kind: 'interrupted' };

/** Learns what the program is. Where it cannot be used, that is reported and looked at again later. */
export async function isProgramUsable(supervision: Supervision): Promise<boolean> {
  const inspection = await supervision.adapter.inspect();
  if (inspection.kind === 'unusable') {
    supervision.awaitProgram(inspection.message);
    return false;
  }
  supervision.facts = inspection.facts;
  supervision.link?.touch();
  return true;
}

export async function compose(
  supervision: Supervision,
  remote: RemoteConfig | undefined,
): Promise<Composition> {
  const { adapter, runtime, state, ownTelemetry, isOnFallback } = supervision;
  const composition = await adapter.compose({
    instanceUid: state.instanceUid,
    remote,
    ownTelemetry: ownTelemetry.current,
    usesFallback: isOnFallback,
    isRunning: runtime.running !== undefined,
    isTrial: false,
  });
  if (composition.kind === 'composed') {
    supervision.problem('own telemetry', composition.ownTelemetryRefusal);
    supervision.problem(LOCAL_CONCERN, undefined);
  }
  return composition;
}

/** Starts a process on a composition and waits for its verdict. Only when none runs. */
export async function launchAndAwait(
  supervision: Supervision,
  composition: ComposedConfig,
  remote: RemoteConfig | undefined,
): Promise<StartResult> {
  const { runtime, logger } = supervision;
  supervision.setPhase({ kind: 'starting' });
  const startedAtMs = performance.now();
  const mark = supervision.isOnFallback ? FALLBACK_MARK : remote?.hash;
  const launched = await runtime.launch(composition, mark);
  if (launched.kind === 'failed') return { kind: 'not_started', message: launched.message };
  logger.info(
    { pid: runtime.running?.process.identity.pid, remoteConfig: remote?.hash },
    'agent process started',
  );
  return awaitVerdict(supervision, composition, startedAtMs);
}

/** Makes the running process take up a composition and waits for its verdict. Only where `runtime.canReload`. */
export async function reloadAndAwait(
  supervision: Supervision,
  composition: ComposedConfig,
  remote: RemoteConfig | undefined,
): Promise<StartResult> {
  const { runtime, logger } = supervision;
  // A disk that is full must be noticed before anything is touched.
  runtime.place(composition);
  await runtime.listens();
  supervision.setPhase({ kind: 'restarting' });
  const startedAtMs = performance.now();
  supervision.interrupted('apply');
  const result = await runtime.reload(composition, remote?.hash);
  if (result.kind === 'failed') {
    const words = supervision.adapter.errorIn(supervision.log.tail(WORDS_WITHIN_BYTES));
    return { kind: 'unhealthy', message: [result.message, words].filter(Boolean).join(': ') };
  }
  logger.info(
    { pid: runtime.running?.process.identity.pid, remoteConfig: remote?.hash },
    'agent process reloaded its configuration',
  );
  return awaitVerdict(supervision, composition, startedAtMs);
}

async function awaitVerdict(
  supervision: Supervision,
  composition: ComposedConfig,
  startedAtMs: number,
): Promise<StartResult> {
  const { runtime, settings, signal, logger } = supervision;
  supervision.composed = effectiveConfigOf(composition.files);
  const pid = runtime.running?.process.identity.pid;
  const outcome = await runtime.awaitStart(settings.startLimitMs, signal);
  switch (outcome.kind) {
    case 'healthy':
      logger.info({ pid, afterMs: Math.round(performance.now() - startedAtMs) }, 'agent is healthy');
      settleHealthy(supervision);
      return { kind: 'healthy' };
    case 'exited':
      return {
        kind: 'ended',
        message: explainExit(supervision, outcome.exit),
        signal: outcome.exit.signal,
      };
    case 'unhealthy':
      return { kind: 'unhealthy', message: outcome.message };
    case 'timed_out':
      return {
        kind: 'unhealthy',
        message: `the agent was not healthy within ${settings.startLimitMs} ms after its start${lastWord(runtime.observed.health)}`,
      };
    case 'interrupted':
      return { kind: 'interrupted' };
  }
}

function lastWord(health: ComponentHealth | undefined): string {
  return health === undefined || health.healthy ? '' : `: ${healthErrors(health)}`;
}

/** What the agent was given, in the shape of an effective configuration: a single file has no name. */
export function effectiveConfigOf(files: readonly ComposedFile[]): ReadonlyMap<string, ConfigFile> {
  const encoder = new TextEncoder();
  return new Map(
    files.map(({ name, body, contentType }) => [
      files.length === 1 ? '' : name,
      { body: typeof body === 'string' ? encoder.encode(body) : body, contentType },
    ]),
  );
}

/** Why the agent ended, out of its exit and its output. */
export function explainExit({ adapter, log, settings }: Supervision, exit: AgentExit): string {
  // The agent's error is looked for further up than what is shown.
  const output = log.tail(WORDS_WITHIN_BYTES);
  return exitText({ exit, error: adapter.errorIn(output), tail: log.tail(settings.crashLogBytes) });
}
