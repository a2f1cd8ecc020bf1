import type { RemoteConfig } from '../storage/agent-state.ts';
import { condemn } from './apply-verdict.ts';
import { composeOrKeep } from './former-composition.ts';
import { compose, isProgramUsable, launchAndAwait, reloadAndAwait } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/** The name among the supervisor's problems of what concerns the fallback configuration. */
export const FALLBACK_CONCERN = 'fallback';

/** Starts the agent on what it is to run. However that ends, it is reported, and tried again where no process runs. */
export async function startAgent(supervision: Supervision): Promise<void> {
  const { adapter, runtime, plan, logger } = supervision;
  supervision.cancelRetry();
  if (!(await isProgramUsable(supervision))) return;
  const composition = await composeOrKeep(supervision);
  switch (composition.kind) {
    case 'nothing':
      supervision.setPhase({ kind: 'idle' });
      return;
    case 'refused':
      return retryOrRetreat(supervision, composition.message);
    case 'forbidden':
      return giveUpForbidden(supervision, composition.message);
    case 'composed':
      break;
  }
  const result = await launchAndAwait(supervision, composition, plan);
  switch (result.kind) {
    case 'ended':
      return retryOrRetreat(supervision, result.message);
    case 'not_started':
      supervision.retryLater(result.message);
      return;
    case 'unhealthy':
      logger.warn(
        { pid: runtime.running?.process.identity.pid, reason: result.message },
        `the ${adapter.kind} runs but is not healthy`,
      );
      supervision.setPhase({ kind: 'running' });
      supervision.armStability();
      return;
    case 'healthy':
    case 'interrupted':
      return;
  }
}

/** Ends the agent and starts it again, on what it is to run now. */
export async function restartAgent(supervision: Supervision): Promise<void> {
  supervision.setPhase({ kind: 'restarting' });
  supervision.interrupted('restart');
  await supervision.runtime.stop();
  await startAgent(supervision);
}

/** Brings what has changed about the agent's own configuration to it: by reload where its process can take it up, else by a restart. */
export async function renewAgent(supervision: Supervision): Promise<void> {
  const { runtime, plan } = supervision;
  const composition = await compose(supervision, plan);
  if (composition.kind === 'composed' && runtime.canReload(composition)) {
    const result = await reloadAndAwait(supervision, composition, plan);
    if (result.kind === 'healthy' || result.kind === 'interrupted') return;
  }
  await restartAgent(supervision);
}

/** The agent does not run. What was once proved to be good is tried again later, anything else gives way to that. */
export async function retryOrRetreat(supervision: Supervision, reason: string): Promise<void> {
  if (supervision.isOnFallback) return abandonFallback(supervision, reason);
  const { plan, state, settings } = supervision;
  const { lastGood } = state;
  const onTrial = configOnTrial(supervision);
  if (onTrial !== undefined && settings.rollsBack) {
    await rollBack(supervision, onTrial, reason, formerPlan(supervision));
  } else if (plan?.hash === lastGood?.hash || !settings.rollsBack) {
    if (onTrial !== undefined) condemn(supervision, onTrial, reason);
    supervision.retryLater(reason);
  } else {
    supervision.logger.error(
      { reason, lastGood: lastGood?.hash },
      'the agent goes back to its last good configuration',
    );
    supervision.save({ applied: undefined });
    supervision.plan = lastGood;
    await startAgent(supervision);
  }
}

/** The fallback does not run: what would run without it is better than nothing. */
async function abandonFallback(supervision: Supervision, reason: string): Promise<void> {
  supervision.isOnFallback = false;
  supervision.problem(FALLBACK_CONCERN, `the fallback configuration does not run: ${reason}`);
  await startAgent(supervision);
}

/** The policy of the host has become stricter than what was applied under it: that is given up, for what is still allowed. */
async function giveUpForbidden(supervision: Supervision, reason: string): Promise<void> {
  const { plan, state } = supervision;
  if (plan === undefined) return supervision.retryLater(reason);
  supervision.logger.error(
    { remoteConfig: plan.hash, reason },
    'the policy of the host forbids what was applied',
  );
  const allowed = (config: RemoteConfig | undefined) => (config?.hash === plan.hash ? undefined : config);
  supervision.save({ applied: allowed(state.applied), lastGood: allowed(state.lastGood) });
  if (state.received?.config.hash === plan.hash)
    supervision.conclude(state.received.config, 'failed', reason);
  supervision.plan = supervision.state.lastGood;
  await startAgent(supervision);
}

/** The agent runs and cannot do its work: a configuration that was just applied fails by that, any other is kept. */
export async function giveUpOn(supervision: Supervision, reason: string): Promise<void> {
  const onTrial = configOnTrial(supervision);
  if (onTrial === undefined) return;
  if (!supervision.settings.rollsBack) return condemn(supervision, onTrial, reason);
  supervision.interrupted('apply');
  await supervision.runtime.stop();
  await rollBack(supervision, onTrial, reason, formerPlan(supervision));
}

/** What was healthy until the configuration on trial came is a better way back than what was proved some time ago. Asked once: what fails there too gives way to that. */
function formerPlan({ before, state }: Supervision): RemoteConfig | undefined {
  return before === undefined ? state.lastGood : before.plan;
}

/** The configuration that is to be run, where it was said to be APPLIED and has not been proved since. */
function configOnTrial({ plan, state, isOnFallback }: Supervision): RemoteConfig | undefined {
  if (isOnFallback) return undefined;
  const { received, lastGood } = state;
  if (received?.verdict !== 'applied' || received.config.hash !== plan?.hash) return undefined;
  return plan.hash === lastGood?.hash ? undefined : received.config;
}

/** A remote configuration failed while it ran: it is remembered as failed, and `fallback` runs. */
export async function rollBack(
  supervision: Supervision,
  config: RemoteConfig,
  reason: string,
  fallback: RemoteConfig | undefined,
): Promise<void> {
  supervision.logger.error(
    { remoteConfig: config.hash, fallback: fallback?.hash, reason },
    'remote configuration failed and is rolled back',
  );
  supervision.metrics.rolledBack();
  condemn(supervision, config, reason);
  // What comes back is the measure itself.
  supervision.dataCheck?.expect(new Set());
  supervision.before = undefined;
  supervision.plan = fallback;
  // It was healthy when it ran, and is what the next supervisor is to run too.
  if (fallback !== undefined) supervision.save({ applied: fallback });
  await startAgent(supervision);
}
