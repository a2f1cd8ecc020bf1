import { CustomCapabilitiesSchema, create, encodeMessage, type InstanceUid } from '@drover/opamp';
import type { AgentSession } from '@drover/opamp/server';
import { expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { uidOf } from '../testing/domain.ts';
import { VALIDATE_CAPABILITY, ValidationCalls } from './validation-calls.ts';

const FILES = new Map([['a', { body: Buffer.from('a: 1'), contentType: 'text/yaml' }]]);

/** Agents that are connected, and never answer. */
function callsTo(transport: 'websocket' | 'http') {
  const clock = new FakeClock();
  const capabilities = create(CustomCapabilitiesSchema, { capabilities: [VALIDATE_CAPABILITY] });
  const customCapabilities = encodeMessage(CustomCapabilitiesSchema, capabilities);
  const session = (instanceUid: InstanceUid) =>
    ({ instanceUid, transport, isConnected: true, parts: { customCapabilities } }) as unknown as AgentSession;
  const calls = new ValidationCalls({
    session,
    isApproved: () => true,
    send: () => 'queued',
    pollIntervalMs: 30_000,
    clock,
  });
  const ask = (number: number, signal?: AbortSignal) => {
    calls.announced(session(uidOf(number)));
    const asking = calls.ask(uidOf(number), FILES, signal);
    return asking.then(
      () => 'answered',
      ({ code }: { code: string }) => code,
    );
  };
  return { calls, clock, session, ask };
}

test('an agent that does not answer in time is waited for no longer, one that polls longer by its interval', async () => {
  const fast = callsTo('websocket');
  const first = fast.ask(1);
  fast.clock.advance(45_000);
  expect(await first).toBe('validation_timed_out');
  const slow = callsTo('http');
  let outcome = '';
  const second = slow.ask(1).then((code) => {
    outcome = code;
  });
  slow.clock.advance(74_000);
  await Promise.resolve();
  expect(outcome).toBe('');
  slow.clock.advance(1_000);
  await second;
  expect(outcome).toBe('validation_timed_out');
});

test('so many wait for one agent, and so many for all of them together', async () => {
  const { ask, clock, calls } = callsTo('websocket');
  const asked = [1, 1, 1, 1].map((number) => ask(number));
  expect(await ask(1)).toBe('validation_busy');
  for (let number = 2; asked.length < 64; number += 1) asked.push(ask(number));
  expect(await ask(100)).toBe('validation_busy');
  clock.advance(45_000);
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['validation_timed_out']));
  expect(calls.announcing.has(uidOf(100))).toBe(true);
  const again = ask(100);
  clock.advance(45_000);
  expect(await again).toBe('validation_timed_out');
});

test('who goes away makes room for others', async () => {
  const { ask } = callsTo('websocket');
  const gone = new AbortController();
  const asked = [1, 2, 3, 4].map(() => ask(1, gone.signal));
  expect(await ask(1)).toBe('validation_busy');
  gone.abort();
  await Promise.all(asked);
  const last = new AbortController();
  const next = ask(1, last.signal);
  last.abort();
  expect(await next).toBe('agent_not_connected');
});
