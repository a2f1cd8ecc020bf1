import { startVerdict } from './agent-health.ts';
import type { AgentEvent } from './agent-queue.ts';
import { applyConfig, applyOffer } from './apply-offer.ts';
import { applyOwnTelemetry } from './apply-own-telemetry.ts';
import { settleHealthy } from './apply-verdict.ts';
import { isDataOnTrial } from './check-data.ts';
import { fallBack, leaveFallback } from './fallback.ts';
import { giveUpOn, renewAgent, restartAgent, retryOrRetreat, startAgent } from './keep-running.ts';
import { explainExit } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/** Of offers and commands that come thick and fast only the newest is done: so much time lies between two that touch the agent. */
const PAUSE_AFTER_CHANGE_MS = 500;
/** And between two that only ask its program. */
const PAUSE_AFTER_CHECK_MS = 100;

/** What an event means for the agent; resolves when that is done. */
export async function handleEvent(supervision: Supervision, event: AgentEvent): Promise<void> {
  switch (event.kind) {
    case 'offer': {
      await applyOffer(supervision, event.offer);
      const { hash, method } = supervision.applies.last ?? {};
      const isTouched = hash === event.offer.hash && method !== 'none';
      supervision.queue.holdServer(isTouched ? PAUSE_AFTER_CHANGE_MS : PAUSE_AFTER_CHECK_MS);
      return;
    }
    case 'restart_command':
      supervision.logger.info({}, 'restart command');
      // What failed is not tried by this, but may be offered again.
      supervision.save({ failed: [] });
      supervision.forgetFailures();
      await restartAgent(supervision);
      supervision.queue.holdServer(PAUSE_AFTER_CHANGE_MS);
      supervision.queue.hold('restart_command', supervision.restartPace.pauseMs(performance.now()));
      return;
    case 'new_instance_uid':
      supervision.logger.info({ instanceUid: event.instanceUid }, 'new instance uid from the server');
      supervision.save({ instanceUid: event.instanceUid });
      await renewAgent(supervision);
      supervision.queue.hold('new_instance_uid', supervision.uidPace.pauseMs(performance.now()));
      return;
    case 'own_telemetry':
      return applyOwnTelemetry(supervision, event.ownTelemetry).then(event.resolve, event.reject);
    case 'server_missed':
      return fallBack(supervision);
    case 'server_reached':
      return leaveFallback(supervision);
    case 'exited':
      return crashed(supervision, event);
    case 'retry':
      return converge(supervision);
    case 'stable':
      return stable(supervision, event);
    case 'came_up':
      if (isRunning(supervision, event)) settleHealthy(supervision);
      return;
    case 'failing':
      return failing(supervision, event);
    case 'data_missing':
      if (isRunning(supervision, event)) await giveUpOn(supervision, event.reason);
      return;
    case 'unresponsive':
      return unresponsive(supervision, event);
  }
}

/** Gets the agent to where it should be. */
export async function converge(supervision: Supervision): Promise<void> {
  const { received } = supervision.state;
  // An offer that was being applied when the supervisor died, or that waits for its program.
  if (received?.verdict === 'applying' && supervision.acceptsRemoteConfig) {
    await applyConfig(supervision, received.config);
  } else if (supervision.runtime.running === undefined) {
    await startAgent(supervision);
  }
}

/** True where the process, and what it runs, are still those that the event speaks of. */
function isRunning(
  { runtime }: Supervision,
  { launchId, inputsHash }: { readonly launchId: string; readonly inputsHash: string },
): boolean {
  const record = runtime.running?.record;
  return record?.launchId === launchId && record.inputsHash === inputsHash;
}

async function crashed(
  supervision: Supervision,
  { record, exit }: Extract<AgentEvent, { kind: 'exited' }>,
): Promise<void> {
  if (supervision.runtime.running !== undefined) return;
  const reason = explainExit(supervision, exit);
  if (record.isProven) {
    supervision.retryLater(reason);
    return;
  }
  supervision.setPhase({ kind: 'crashed', reason, isLoop: false, restartInMs: 0 });
  await retryOrRetreat(supervision, reason);
}

async function stable(
  supervision: Supervision,
  event: Extract<AgentEvent, { kind: 'stable' }>,
): Promise<void> {
  if (!isRunning(supervision, event)) return;
  const { health } = supervision.runtime.observed;
  // Not now, then a window later.
  if (isDataOnTrial(supervision) || health === undefined || startVerdict(health) !== 'started') {
    supervision.armStability();
    return;
  }
  supervision.forgetFailures();
  supervision.before = undefined;
  supervision.runtime.note({ isProven: true });
  // A fallback is proved, and is no configuration that one would go back to.
  if (!supervision.isOnFallback) supervision.save({ lastGood: supervision.plan });
}

/** It said that it cannot do its work, within the stability window: that is a verdict on a configuration that was just applied. */
async function failing(
  supervision: Supervision,
  event: Extract<AgentEvent, { kind: 'failing' }>,
): Promise<void> {
  const { running, observed } = supervision.runtime;
  if (!isRunning(supervision, event) || running?.record.isProven !== false) return;
  if (observed.health === undefined || startVerdict(observed.health) !== 'failed') return;
  await giveUpOn(supervision, event.reason);
}

/** It was not heard for too long. What cannot be talked to cannot be trusted to work, nor be given a configuration. */
async function unresponsive(
  supervision: Supervision,
  event: Extract<AgentEvent, { kind: 'unresponsive' }>,
): Promise<void> {
  const { runtime, metrics, logger } = supervision;
  const { running } = runtime;
  if (!isRunning(supervision, event) || running === undefined || runtime.observed.isLinked) return;
  const { pid } = running.process.identity;
  const reason = `the agent process ${pid} did not answer its supervisor for ${Math.round(event.silentMs / 1_000)} s and was ended`;
  logger.error({ pid }, reason);
  metrics.crashed('unresponsive');
  supervision.interrupted('crash');
  await runtime.stop();
  if (running.record.isProven) supervision.retryLater(reason);
  else await retryOrRetreat(supervision, reason);
}
