import { expect, test, vi } from 'vitest';
import { AgentQueue } from './agent-queue.ts';

const offer = (hash: string) => ({ kind: 'offer', offer: { hash, files: undefined } }) as const;

test('events come out in their order, and of the offers only the newest', async () => {
  const queue = new AgentQueue();
  const { signal } = new AbortController();
  queue.push(offer('aa'));
  queue.push({ kind: 'restart_command' });
  queue.push(offer('bb'));
  expect(await queue.next(signal)).toEqual(offer('bb'));
  expect(await queue.next(signal)).toEqual({ kind: 'restart_command' });
});

test('who waits is woken by an event, and by the end', async () => {
  const queue = new AgentQueue();
  const stopping = new AbortController();
  const next = queue.next(stopping.signal);
  queue.push({ kind: 'retry' });
  expect(await next).toEqual({ kind: 'retry' });
  const last = queue.next(stopping.signal);
  stopping.abort();
  expect(await last).toBeUndefined();
});

test('after the end nothing more is handled', async () => {
  const queue = new AgentQueue();
  queue.push({ kind: 'retry' });
  expect(await queue.next(AbortSignal.abort())).toBeUndefined();
});

test('a server that repeats itself does not make it grow', async () => {
  const queue = new AgentQueue();
  const { signal } = new AbortController();
  for (let time = 0; time < 1_000; time++) queue.push({ kind: 'restart_command' });
  queue.push({ kind: 'retry' });
  expect(await queue.next(signal)).toEqual({ kind: 'restart_command' });
  expect(await queue.next(signal)).toEqual({ kind: 'retry' });
});

test('what the server says can be held back while all else goes on', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  try {
    const queue = new AgentQueue();
    const { signal } = new AbortController();
    queue.holdServer(500);
    queue.push(offer('aa'));
    queue.push({ kind: 'retry' });
    expect(await queue.next(signal)).toEqual({ kind: 'retry' });
    const next = queue.next(signal);
    queue.push(offer('bb'));
    await vi.advanceTimersByTimeAsync(499);
    let hasCome = false;
    void next.then(() => {
      hasCome = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(hasCome).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await next).toEqual(offer('bb'));
  } finally {
    vi.useRealTimers();
  }
});

test('an event may be taken before its turn', async () => {
  const queue = new AgentQueue();
  queue.push({ kind: 'retry' });
  queue.push(offer('aa'));
  expect(queue.take('offer')).toEqual(offer('aa'));
  expect(queue.take('offer')).toBeUndefined();
  expect(await queue.next(new AbortController().signal)).toEqual({ kind: 'retry' });
});
