import type { ComposedConfig } from '../adapters/agent-adapter.ts';
import type { RemoteConfig } from '../storage/agent-state.ts';
import type { Offer } from './agent-queue.ts';
import { condemn } from './apply-verdict.ts';
import { rollBack, startAgent } from './keep-running.ts';
import {
  compose,
  isProgramUsable,
  launchAndAwait,
  reloadAndAwait,
  type StartResult,
} from './launch-agent.ts';
import { decideOffer, planOf } from './offer-decision.ts';
import type { Supervision } from './supervision.ts';

/** Answers an offer from the server, and applies it where that is called for. */
export async function applyOffer(supervision: Supervision, offer: Offer): Promise<void> {
  const decision = decideOffer(supervision.state, offer);
  supervision.logger.info(
    { remoteConfig: offer.hash, decision: decision.kind },
    'remote configuration offered',
  );
  switch (decision.kind) {
    case 'repeat':
      return supervision.answer(offer.hash, decision.verdict, decision.errorMessage);
    case 'refuse':
      return supervision.answer(offer.hash, 'failed', decision.errorMessage);
    case 'apply':
      return applyConfig(supervision, decision.config);
  }
}

/** Applies a remote configuration. Whatever stands in the way, a full disk among it, the server is told and the agent runs. */
export async function applyConfig(supervision: Supervision, config: RemoteConfig): Promise<void> {
  const before = supervision.plan;
  try {
    await applySafely(supervision, config);
  } catch (error) {
    supervision.plan = before;
    await refuse(supervision, config, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Nothing that runs is touched before the program itself has accepted the configuration, and what does not become
 * healthy gives way to what ran before.
 */
async function applySafely(supervision: Supervision, config: RemoteConfig): Promise<void> {
  const { runtime, settings, logger } = supervision;
  supervision.cancelRetry();
  supervision.conclude(config, 'applying');
  // The offer stays open until there is a program that can judge it.
  if (!(await isProgramUsable(supervision))) return;

  const plan = planOf(config);
  const composition = await compose(supervision, plan);
  switch (composition.kind) {
    case 'refused':
    case 'forbidden':
      return refuse(supervision, config, composition.message);
    case 'nothing':
      await runtime.stop();
      supervision.plan = plan;
      supervision.setPhase({ kind: 'idle' });
      return supervision.conclude(config, 'applied');
    case 'composed':
      break;
  }

  const running = runtime.running?.record;
  if (running?.inputsHash === composition.inputsHash && running.wasHealthy) {
    supervision.plan = plan;
    runtime.note({ remoteHash: plan?.hash });
    if (running.isProven) supervision.save({ lastGood: plan });
    return supervision.conclude(config, 'applied');
  }

  const validation = await runtime.validate(composition);
  if (validation.kind === 'invalid') return refuse(supervision, config, validation.message);
  if (supervision.signal.aborted) return;

  const fallback = wayBack(supervision, config);
  const flowing = await supervision.dataCheck?.flowing();
  supervision.plan = plan;
  const result = await replaceComposition(supervision, composition, plan);
  switch (result.kind) {
    case 'interrupted':
      return;
    case 'healthy':
      logger.info({ remoteConfig: config.hash }, 'remote configuration applied');
      if (flowing !== undefined) supervision.dataCheck?.expect(flowing);
      supervision.before = { plan: fallback };
      return supervision.conclude(config, 'applied');
    case 'not_started':
      // The offer stays open: the configuration has had no chance.
      return supervision.retryLater(result.message);
    case 'ended':
    case 'unhealthy':
      if (!settings.rollsBack) return keepOn(supervision, config, result);
      await runtime.stop();
      return rollBack(supervision, config, result.message, fallback);
  }
}

/** What is run when this configuration fails: what is in force now, or what was proved some time ago. Undefined = the local configuration. */
function wayBack({ runtime, plan, state }: Supervision, config: RemoteConfig): RemoteConfig | undefined {
  const isTrusted = runtime.running === undefined || runtime.isHealthy;
  if (isTrusted && plan?.hash !== config.hash) return plan;
  return state.lastGood?.hash === config.hash ? undefined : state.lastGood;
}

/** The configuration failed, and the operator wants no rollback: it stays in force, and is APPLIED should it become healthy. */
function keepOn(
  supervision: Supervision,
  config: RemoteConfig,
  result: Extract<StartResult, { kind: 'ended' | 'unhealthy' }>,
): void {
  condemn(supervision, config, result.message);
  if (result.kind === 'ended') {
    supervision.retryLater(result.message);
    return;
  }
  supervision.setPhase({ kind: 'running' });
  supervision.armStability();
}

/** By reload where the process that runs can take the composition up, else by a new process. */
export async function replaceComposition(
  supervision: Supervision,
  composition: ComposedConfig,
  plan: RemoteConfig | undefined,
): Promise<StartResult> {
  const { runtime, applies, logger } = supervision;
  if (runtime.canReload(composition)) {
    applies.applies('reload');
    const result = await reloadAndAwait(supervision, composition, plan);
    // A process that died of the signal itself never read the configuration: a new one gives the verdict.
    if (result.kind !== 'ended' || result.signal !== 'SIGHUP') return result;
    logger.warn({ remoteConfig: plan?.hash }, 'the agent died of the signal to reload, and is started anew');
  }
  applies.applies(runtime.running === undefined ? 'start' : 'restart');
  if (runtime.running !== undefined) {
    supervision.setPhase({ kind: 'restarting' });
    supervision.interrupted('apply');
    await runtime.stop();
  }
  return launchAndAwait(supervision, composition, plan);
}

/** The configuration cannot be run: what runs is not touched. */
async function refuse(supervision: Supervision, config: RemoteConfig, reason: string): Promise<void> {
  supervision.logger.error({ remoteConfig: config.hash, reason }, 'remote configuration refused');
  supervision.conclude(config, 'failed', reason);
  // An exception may have come between.
  if (supervision.runtime.isHealthy) supervision.setPhase({ kind: 'running' });
  // Where nothing runs yet (first start, or the supervisor was killed while it applied), what was good before does.
  if (supervision.runtime.running === undefined) await startAgent(supervision);
}
