import { FALLBACK_CONCERN, restartAgent, startAgent } from './keep-running.ts';
import { compose } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/** Starts the agent on its fallback: nothing was ever received from a server, and none answers. */
export async function startOnFallback(supervision: Supervision): Promise<void> {
  enter(supervision, 'no server has been reached yet, and none has ever said what to run');
  await startAgent(supervision);
}

/** No server has answered for long: the agent is to run on its fallback until one does. */
export async function fallBack(supervision: Supervision): Promise<void> {
  const { isOnFallback, settings, link } = supervision;
  if (isOnFallback || settings.fallbackConfigs.length === 0 || link?.isConnected === true) return;
  enter(supervision, 'no server has answered for long');
  const hindrance = await whyNot(supervision);
  if (hindrance === undefined) return restartAgent(supervision);
  supervision.isOnFallback = false;
  supervision.problem(FALLBACK_CONCERN, `the fallback configuration cannot be run: ${hindrance}`);
}

/** A server answers: the agent is to run what it would without the fallback. */
export async function leaveFallback(supervision: Supervision): Promise<void> {
  if (!supervision.isOnFallback) return;
  supervision.isOnFallback = false;
  supervision.logger.info({}, 'the server answers; the agent leaves its fallback configuration');
  supervision.problem(FALLBACK_CONCERN, undefined);
  await restartAgent(supervision);
}

/** Why the program would not run the fallback; undefined where it would, or cannot be asked. */
export async function whyFallbackIsInvalid(supervision: Supervision): Promise<string | undefined> {
  if (supervision.settings.fallbackConfigs.length === 0) return undefined;
  if ((await supervision.adapter.inspect()).kind === 'unusable') return undefined;
  supervision.isOnFallback = true;
  try {
    return await whyNot(supervision);
  } finally {
    supervision.isOnFallback = false;
  }
}

function enter(supervision: Supervision, why: string): void {
  supervision.isOnFallback = true;
  supervision.problem(FALLBACK_CONCERN, `the agent runs on its fallback configuration: ${why}`);
}

async function whyNot(supervision: Supervision): Promise<string | undefined> {
  const composition = await compose(supervision, undefined);
  if (composition.kind !== 'composed')
    return composition.kind === 'refused' ? composition.message : undefined;
  const validation = await supervision.runtime.validate(composition);
  return validation.kind === 'invalid' ? validation.message : undefined;
}
