import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newInstanceUid } from '../wire/instance-uid.ts';
import { PushQueue } from './push-queue.ts';
import { Session } from './session.ts';

const peer = {
  transport: 'http',
  remoteAddress: '',
  credential: undefined,
  grant: undefined,
  session: undefined,
  sessions: undefined,
} as const;

function sessions(count: number): Session[] {
  return Array.from({ length: count }, () => new Session(newInstanceUid(), new Uint8Array(16), { ...peer }));
}

test('a push to many agents leaves the loop its turns, and serves each of them once', async () => {
  const served: Session[] = [];
  const queue = new PushQueue((session) => served.push(session));
  const all = sessions(1_000);
  for (const session of all) queue.add(session);
  for (const session of all) queue.add(session);
  expect(served).toEqual([]);
  const counts: number[] = [];
  while (served.length < all.length) {
    await turn();
    counts.push(served.length);
  }
  expect(counts.length).toBeGreaterThanOrEqual(5);
  expect(new Set(served)).toEqual(new Set(all));
  expect(served).toHaveLength(all.length);
});

test('an agent that is to be served again while the others wait is served once more', async () => {
  const served: Session[] = [];
  const [one, other] = sessions(2);
  if (one === undefined || other === undefined) throw new Error('two sessions were made');
  const queue = new PushQueue((session) => {
    served.push(session);
    if (served.length === 1) queue.add(one);
  });
  queue.add(one);
  queue.add(other);
  while (served.length < 3) await turn();
  await turn();
  expect(served).toEqual([one, other, one]);
});
