import { expect, test } from 'vitest';
import { LiveGathering } from '../data/live-feed.ts';
import { goneAfter } from './gone-agents.ts';

const changed = (uid: string) => ({ type: 'agent.changed' as const, instanceUids: [uid] });
const removed = (uid: string) => ({ type: 'agent.removed' as const, instanceUids: [uid] });

function batchOf(...events: Parameters<LiveGathering['add']>[0][]): LiveGathering {
  const gathering = new LiveGathering();
  for (const event of events) gathering.add(event);
  return gathering;
}

test('an agent that was forgotten is gone until it comes back, also within one batch', () => {
  const gone = goneAfter(new Set(), batchOf(removed('a'), removed('b'), removed('c'), changed('c')));
  expect([...gone]).toEqual(['a', 'b']);
  expect([...goneAfter(gone, batchOf(changed('b'), changed('z')))]).toEqual(['a']);
  expect([...goneAfter(gone, batchOf(changed('a'), removed('a')))].sort()).toEqual(['a', 'b']);
});

test('what changes nothing is the same set, and a reset lets go of what is not known any more', () => {
  const gone = goneAfter(new Set(), batchOf(removed('a')));
  expect(goneAfter(gone, batchOf(changed('z')))).toBe(gone);
  expect([...goneAfter(gone, batchOf({ type: 'reset' }, removed('b')))]).toEqual(['b']);
});
