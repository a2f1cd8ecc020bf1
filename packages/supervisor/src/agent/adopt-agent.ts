import { placedFiles } from '../storage/config-folder.ts';
import { applyConfig } from './apply-offer.ts';
import { renewAgent, restartAgent } from './keep-running.ts';
import { compose, effectiveConfigOf } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/** What has changed waits no longer for an adopted agent to be heard again. */
const LINK_LIMIT_MS = 10_000;

/** Takes charge of the agent that an earlier supervisor left running; false where there is none. What is left of others is ended. */
export async function adoptAgent(supervision: Supervision): Promise<boolean> {
  const { runtime, state, logger } = supervision;
  const running = runtime.adopt();
  if (running === undefined) {
    const pids = await runtime.endStrays();
    if (pids.length > 0) logger.warn({ pids }, 'agents without a record were ended');
    return false;
  }
  const { received, applied, lastGood } = state;
  const { remoteHash, wasHealthy, isProven } = running.record;
  if (supervision.acceptsRemoteConfig) {
    const known = [received?.config, applied, lastGood].find((config) => config?.hash === remoteHash);
    supervision.plan = remoteHash === undefined ? undefined : (known ?? supervision.plan);
  }
  supervision.composed = effectiveConfigOf(placedFiles(supervision.adapter.place));
  supervision.setPhase({ kind: 'adopted', wasHealthy });
  logger.info({ pid: running.process.identity.pid, remoteConfig: remoteHash }, 'running agent adopted');
  if (!isProven) supervision.armStability();
  return true;
}

/** The adopted agent runs what it was given then. What it is to run may have changed since. */
export async function reconcileAdopted(supervision: Supervision): Promise<void> {
  const { state, runtime, adapter, logger } = supervision;
  if (state.received?.verdict === 'applying' && supervision.acceptsRemoteConfig) {
    return applyConfig(supervision, state.received.config);
  }
  // Without its program it could be stopped but not started again.
  if ((await adapter.inspect()).kind !== 'facts') return;
  const composition = await compose(supervision, supervision.plan);
  if (composition.kind === 'forbidden') return restartAgent(supervision);
  if (composition.kind !== 'composed') return;
  if (composition.inputsHash === runtime.running?.record.inputsHash) return;
  const validation = await runtime.validate(composition);
  if (validation.kind === 'invalid') {
    logger.error(
      { reason: validation.message },
      'the local configuration has changed and is not valid; the agent keeps what it runs',
    );
    return;
  }
  logger.info({}, 'the configuration or the program has changed since the agent was started');
  // One that has found its supervisor again may take the change up without a restart.
  await runtime.linked(LINK_LIMIT_MS, supervision.signal);
  await renewAgent(supervision);
}
