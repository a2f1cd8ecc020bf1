import { startOnFallback } from './fallback.ts';
import { converge, handleEvent } from './handle-event.ts';
import type { ServerSide } from './server-side.ts';
import type { Supervision } from './supervision.ts';

/** A first start waits so long for the server's first word. */
const FIRST_WORD_LIMIT_MS = 1_000;

/**
 * Starts an agent that was not running. Where nothing was ever received, a server that answers at once has its say before anything runs, so that the agent
 * starts once; where none answers, the fallback runs.
 */
export async function firstStart(supervision: Supervision, server: ServerSide): Promise<void> {
  const { state, queue, settings, signal } = supervision;
  const isNew = [state.received, state.applied, state.lastGood].every((config) => config === undefined);
  if (!isNew || !supervision.acceptsRemoteConfig) return converge(supervision);
  const word = await server.firstWord(FIRST_WORD_LIMIT_MS, signal);
  for (const kind of ['own_telemetry', 'offer'] as const) {
    const event = queue.take(kind);
    if (event !== undefined && !signal.aborted) await handleEvent(supervision, event);
  }
  // Whatever became of an offer that was acted on, it was seen to.
  if (signal.aborted || supervision.phase.kind !== 'starting') return;
  if (word === 'answered' || settings.fallbackConfigs.length === 0) await converge(supervision);
  else await startOnFallback(supervision);
}
