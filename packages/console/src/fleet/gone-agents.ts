import type { LiveBatch } from '../data/live-feed.ts';

/**
 * Which agents of the list are gone. One that was forgotten and still runs comes back; after a reset nobody knows who
 * did. The same object where nothing changed.
 */
export function goneAfter(
  gone: ReadonlySet<string>,
  { isReset, agents, removedAgents }: Pick<LiveBatch, 'isReset' | 'agents' | 'removedAgents'>,
): ReadonlySet<string> {
  const kept = isReset ? [] : [...gone].filter((uid) => !agents.has(uid));
  if (removedAgents.size === 0 && kept.length === gone.size) return gone;
  return new Set([...kept, ...removedAgents]);
}
