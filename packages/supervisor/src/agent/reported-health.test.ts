import { ComponentHealthSchema, create } from '@drover/opamp';
import { expect, test } from 'vitest';
import { type AgentPhase, agentHealth } from './agent-health.ts';

const NOW_MS = 1_767_323_045_678;
const ran = create(ComponentHealthSchema, {
  healthy: true,
  startTimeUnixNano: 1_767_000_000_000_000_000n,
  statusTimeUnixNano: 1n,
});

const NOT_RUNNING: readonly AgentPhase[] = [
  { kind: 'restarting' },
  { kind: 'crashed', reason: 'port in use', isLoop: false, restartInMs: 1_000 },
  { kind: 'unusable', reason: 'no such file' },
  { kind: 'idle' },
  { kind: 'stopped' },
];

test.each(NOT_RUNNING)(
  'an agent that is $kind has no start time, and was seen so now, in nanoseconds',
  (phase) => {
    const health = agentHealth(phase, ran, NOW_MS);
    expect(health.startTimeUnixNano).toBe(0n);
    expect(health.statusTimeUnixNano).toBe(1_767_323_045_678_000_000n);
  },
);

test('whoever is not healthy says why', () => {
  const silent: readonly AgentPhase[] = [{ kind: 'starting' }, { kind: 'running' }];
  for (const phase of [...NOT_RUNNING, ...silent, { kind: 'unreachable', pid: 7 } as const]) {
    const { healthy, lastError } = agentHealth(phase, undefined, NOW_MS);
    expect([phase.kind, lastError === '']).toEqual([phase.kind, healthy]);
  }
});

test('the times of a running agent are its own', () => {
  expect(agentHealth({ kind: 'running' }, ran, NOW_MS)).toBe(ran);
});
