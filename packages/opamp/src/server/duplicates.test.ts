import { expect, test } from 'vitest';
import { type Claimant, type Holder, judgeClaim } from './duplicates.ts';

const holder: Holder = {
  isConnected: true,
  transport: 'websocket',
  credential: undefined,
  serviceInstanceId: undefined,
  recentTakeovers: 0,
};
const claimant: Claimant = {
  transport: 'websocket',
  credential: undefined,
  serviceInstanceId: undefined,
  continuesSequence: false,
};

test('a bound uid is its credential’s alone, live or not', () => {
  for (const isConnected of [true, false]) {
    const bound = { ...holder, isConnected, credential: 'one' };
    expect(judgeClaim(bound, { ...claimant, credential: 'one' })).toBe('same');
    expect(judgeClaim(bound, { ...claimant, credential: 'two' })).toBe('conflict');
    expect(judgeClaim(bound, claimant)).toBe('conflict');
  }
});

test('an agent that is gone may come back over anything and as anybody', () => {
  const gone = { ...holder, isConnected: false, serviceInstanceId: 'a' };
  for (const transport of ['websocket', 'http'] as const) {
    expect(judgeClaim(gone, { ...claimant, transport, serviceInstanceId: 'b' })).toBe('same');
  }
});

test('another service.instance.id is a clone, the same one is not', () => {
  const known = { ...holder, serviceInstanceId: 'a' };
  expect(judgeClaim(known, { ...claimant, serviceInstanceId: 'b' })).toBe('clone');
  expect(judgeClaim(known, { ...claimant, serviceInstanceId: 'a' })).toBe('same');
});

test('a poller that goes on with its numbers may change its service.instance.id', () => {
  const polling = { ...holder, transport: 'http' as const, serviceInstanceId: 'a' };
  const claim = { ...claimant, transport: 'http' as const, serviceInstanceId: 'b' };
  expect(judgeClaim(polling, { ...claim, continuesSequence: true })).toBe('same');
  expect(judgeClaim(polling, claim)).toBe('clone');
});

test('a POST does not replace a live WebSocket, a WebSocket does replace a poller', () => {
  expect(judgeClaim(holder, { ...claimant, transport: 'http', continuesSequence: true })).toBe('conflict');
  expect(judgeClaim({ ...holder, transport: 'http' }, claimant)).toBe('same');
});

test('one agent on a bad network is not taken for two', () => {
  const flapping = { ...holder, recentTakeovers: 9 };
  expect(judgeClaim(flapping, { ...claimant, continuesSequence: true })).toBe('same');
  expect(judgeClaim(flapping, claimant)).toBe('clone');
});
