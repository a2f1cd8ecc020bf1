import type { ObservedProcess } from '../agent-adapter.ts';
import { type ProbeResult, probedHealth } from './health-poll.ts';

/** A program that cannot use its configuration ends within this, as a rule. */
const SETTLED_AFTER_MS = 2_000;

/** Where an agent cannot be asked how it is, all that can be said of it is that it runs. */
export function processProbe({ startedAtMs }: ObservedProcess): () => Promise<ProbeResult> {
  const seenSinceMs = performance.now();
  return async () => {
    if (performance.now() - seenSinceMs < SETTLED_AFTER_MS)
      return { kind: 'silent', message: 'its process is young' };
    const status = 'running; it cannot be asked how it is';
    return { kind: 'answer', health: probedHealth({ healthy: true, status, startedAtMs }) };
  };
}
