import { ComponentHealthSchema, create } from '@drover/opamp';
import { expect, test } from 'vitest';
import { applyText, withSupervisor } from './supervisor-health.ts';

const healthy = create(ComponentHealthSchema, {
  healthy: true,
  status: 'StatusOK',
  componentHealthMap: { 'pipeline:traces': create(ComponentHealthSchema, { healthy: true }) },
});
const apply = {
  hash: 'aabbccddeeff',
  verdict: 'applied',
  method: 'reload',
  durationMs: 310,
  gapMs: 12,
} as const;

test('the supervisor stands beside the components of the agent', () => {
  const health = withSupervisor(healthy, { lastApply: undefined, problems: new Map() });
  expect(Object.keys(health.componentHealthMap)).toEqual(['pipeline:traces', 'supervisor']);
  expect(health.componentHealthMap.supervisor).toMatchObject({ healthy: true, status: 'supervising' });
});

test('what hinders the supervisor is told, and the agent stays as healthy as it is', () => {
  const problems = new Map([['storage', 'the disk is full']]);
  const health = withSupervisor(healthy, { lastApply: apply, problems });
  expect(health.healthy).toBe(true);
  expect(health.componentHealthMap.supervisor).toMatchObject({
    healthy: false,
    lastError: 'the disk is full',
  });
});

test('an apply is told with its gap', () => {
  expect(applyText(apply)).toBe(
    'configuration aabbccdd applied in 310 ms by reload, the agent received nothing for 12 ms',
  );
  expect(applyText({ ...apply, verdict: 'failed', method: 'restart', gapMs: undefined })).toBe(
    'configuration aabbccdd failed in 310 ms by restart, the agent is not back yet',
  );
  expect(applyText({ ...apply, method: 'none', gapMs: 0 })).toBe(
    'configuration aabbccdd applied in 310 ms, the agent was not touched',
  );
});
