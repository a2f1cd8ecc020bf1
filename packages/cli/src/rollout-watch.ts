import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type PauseReason, type Rollout } from '@drover/api';
import type { Context } from './context.ts';
import { CliError, describeFailure, InterruptedError } from './failure.ts';
import { progressText } from './rollout-text.ts';

const POLL_MS = 1_000;
/** How long a server that does not answer (a restart, say) is waited for. */
const PATIENCE_MS = 120_000;
const ENDED: ReadonlySet<Rollout['state']> = new Set(['succeeded', 'failed', 'rolled_back', 'aborted']);

class EndedBadly extends CliError {}

/** Shows each change: on a terminal in one line that is rewritten, as JSON one document a line. */
function reporter(context: Context): (rollout: Rollout) => void {
  const { terminal, format, paint } = context;
  let last = '';
  return (rollout) => {
    const text = format === 'json' ? JSON.stringify(rollout) : progressText(rollout, paint);
    if (text === last) return;
    last = text;
    if (format === 'json' || !terminal.isOutputTty) terminal.out(`${text}\n`);
    else terminal.out(`\r\u001b[2K${text}${ENDED.has(rollout.state) ? '\n' : ''}`);
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError ? error.status >= 502 && error.status <= 504 : error instanceof CliError;
}

function pauseText(id: string, { kind, text }: PauseReason): string {
  const next = {
    operator: `"drover rollouts resume ${id}" goes on`,
    approval: `"drover rollouts approve ${id}" lets the next wave go`,
    gate: `"drover rollouts resume ${id}" goes on all the same, "drover rollouts rollback ${id}" takes it back`,
  }[kind];
  return `Paused: ${text}. ${next}.`;
}

/** Follows a rollout to its end. Throws where the end is not `succeeded`, and when interrupted. */
export async function watchRollout(context: Context, id: string): Promise<void> {
  const { api, terminal } = context;
  const report = reporter(context);
  let silentSinceMs: number | undefined;
  let told = '';
  while (!terminal.interrupted.aborted) {
    try {
      const rollout = await api.getRollout(id);
      silentSinceMs = undefined;
      report(rollout);
      const { pausedBecause } = rollout;
      if (pausedBecause !== null && pausedBecause.text !== told) {
        told = pausedBecause.text;
        terminal.err(`\n${pauseText(id, pausedBecause)}\n`);
      }
      if (rollout.state === 'succeeded') return;
      if (ENDED.has(rollout.state)) {
        throw new EndedBadly(
          `The rollout ${id} ended: ${rollout.state}. "drover rollouts get ${id}" says more.`,
        );
      }
    } catch (error) {
      if (terminal.interrupted.aborted) break;
      const nowMs = Date.now();
      if (error instanceof EndedBadly || !isPassing(error)) throw error;
      if (silentSinceMs === undefined) {
        terminal.err(`\n${describeFailure(error).message}\nWaiting for the server to come back.\n`);
      }
      silentSinceMs ??= nowMs;
      if (nowMs - silentSinceMs > PATIENCE_MS) throw error;
    }
    await sleep(POLL_MS, undefined, { signal: terminal.interrupted }).catch(() => {});
  }
  if (terminal.isOutputTty) terminal.out('\n');
  throw new InterruptedError(`no longer watching; the rollout goes on ("drover rollouts watch ${id}").`);
}
