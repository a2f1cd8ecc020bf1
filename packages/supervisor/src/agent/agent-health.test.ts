import { ComponentHealthSchema, create } from '@drover/opamp';
import { expect, test } from 'vitest';
import { agentHealth, healthErrors, startVerdict } from './agent-health.ts';

const health = (healthy: boolean, status: string, lastError = '') =>
  create(ComponentHealthSchema, { healthy, status, lastError });

test('while the agent runs, its own report is passed on as it is', () => {
  const reported = health(false, 'StatusRecoverableError', 'backend away');
  expect(agentHealth({ kind: 'running' }, reported, 0)).toBe(reported);
});

test('what the agent said before it crashed does not hide the crash', () => {
  const crashed = agentHealth(
    { kind: 'crashed', reason: 'port in use', isLoop: true, restartInMs: 4_000 },
    health(true, 'StatusOK'),
    0,
  );
  expect(crashed).toMatchObject({
    healthy: false,
    lastError: 'port in use',
    status: 'crash loop, next start in 4 s',
  });
});

test('a program that is missing, a silent process and a supervisor that stopped are unhealthy with a reason', () => {
  expect(agentHealth({ kind: 'unusable', reason: 'no such file' }, undefined, 0)).toMatchObject({
    healthy: false,
    lastError: 'no such file',
  });
  expect(agentHealth({ kind: 'unreachable', pid: 12 }, health(true, 'StatusOK'), 0)).toMatchObject({
    healthy: false,
  });
  expect(agentHealth({ kind: 'stopped' }, health(true, 'StatusOK'), 0)).toMatchObject({ healthy: false });
});

test('nothing to run is no failure', () => {
  expect(agentHealth({ kind: 'idle' }, undefined, 0).healthy).toBe(true);
});

test.each([
  [true, 'StatusOK', 'started'],
  [false, 'StatusRecoverableError', 'started'],
  [false, 'StatusPermanentError', 'failed'],
  [false, 'StatusStarting', 'starting'],
  [false, '', 'starting'],
] as const)('healthy %s with %s means %s', (healthy, status, verdict) => {
  expect(startVerdict(health(healthy, status))).toBe(verdict);
});

test('errors are named by component', () => {
  const tree = health(false, 'StatusPermanentError', 'permanent');
  tree.componentHealthMap['pipeline:traces'] = health(false, 'x', 'permanent');
  const pipeline = tree.componentHealthMap['pipeline:traces'];
  if (pipeline) pipeline.componentHealthMap['exporter:otlp'] = health(false, 'x', 'bad certificate');
  expect(healthErrors(tree)).toBe('exporter:otlp: bad certificate');
});
