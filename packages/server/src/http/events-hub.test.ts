import { describe, expect, it } from 'vitest';
import { EventsHub } from './events-hub.ts';

function dataOf(frames: readonly string[]): { type: string }[] {
  return frames.map((frame) => JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null'));
}

const idOf = (frame: string | undefined) => /^id: (.*)$/m.exec(frame ?? '')?.[1];

describe('live events', () => {
  it('resume after the last event that was seen', () => {
    const hub = new EventsHub({ epoch: 'e' });
    const first: string[] = [];
    hub.subscribe(undefined, (frame) => first.push(frame));
    for (const name of ['a', 'b', 'c']) hub.publish({ type: 'config.changed', name });
    const again: string[] = [];
    hub.subscribe(idOf(first[0]), (frame) => again.push(frame));
    expect(again).toEqual(first.slice(1));
  });

  it('say reset where the buffer no longer reaches, and for another run of the server', () => {
    const hub = new EventsHub({ epoch: 'e', maxEvents: 2 });
    const seen: string[] = [];
    hub.subscribe(undefined, (frame) => seen.push(frame));
    for (const name of ['a', 'b', 'c', 'd']) hub.publish({ type: 'config.changed', name });
    for (const stale of [idOf(seen[0]), 'other.1', 'nonsense', 'e.999']) {
      const frames: string[] = [];
      hub.subscribe(stale, (frame) => frames.push(frame));
      expect(dataOf(frames)).toEqual([{ type: 'reset' }]);
    }
  });

  it('resume without reset where nothing was missed', () => {
    const hub = new EventsHub({ epoch: 'e', maxEvents: 1 });
    const seen: string[] = [];
    hub.subscribe(undefined, (frame) => seen.push(frame));
    for (const name of ['a', 'b', 'c']) hub.publish({ type: 'config.changed', name });
    const frames: string[] = [];
    hub.subscribe(idOf(seen[2]), (frame) => frames.push(frame));
    expect(frames).toEqual([]);
  });

  it('keep a tail of bounded bytes', () => {
    const hub = new EventsHub({ epoch: 'e', maxBytes: 1000 });
    const seen: string[] = [];
    hub.subscribe(undefined, (frame) => seen.push(frame));
    for (let i = 0; i < 100; i += 1) hub.publish({ type: 'config.changed', name: `config-${i}` });
    const frames: string[] = [];
    hub.subscribe(idOf(seen[50]), (frame) => frames.push(frame));
    expect(dataOf(frames)).toEqual([{ type: 'reset' }]);
  });

  it('name agents that change together in one event, each once', () => {
    const hub = new EventsHub({ epoch: 'e', gatherMs: 60_000 });
    const seen: string[] = [];
    hub.subscribe(undefined, (frame) => seen.push(frame));
    hub.agentsChanged(['a', 'b']);
    hub.agentsChanged(['b', 'c']);
    hub.agentsRemoved(['a']);
    hub.flush();
    expect(dataOf(seen)).toEqual([
      { type: 'agent.removed', instanceUids: ['a'] },
      { type: 'agent.changed', instanceUids: ['b', 'c'] },
    ]);
  });

  it('say reset where a great part of the fleet changes at once', () => {
    const hub = new EventsHub({ epoch: 'e', gatherMs: 60_000 });
    const seen: string[] = [];
    hub.subscribe(undefined, (frame) => seen.push(frame));
    hub.agentsChanged(Array.from({ length: 100_000 }, (_, index) => `agent-${index}`));
    hub.flush();
    expect(dataOf(seen)).toEqual([{ type: 'reset' }]);
  });
});
