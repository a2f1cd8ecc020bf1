import { expect, test } from 'vitest';
import { type FlowSums, judgeFlow } from './flow-gate.ts';

const sums = (change: Partial<FlowSums> = {}): FlowSums => ({
  agents: 4,
  late: 0,
  accepted: 100,
  refused: 0,
  sent: 100,
  failed: 0,
  queuePercent: 5,
  memoryBytes: 400e6,
  ...change,
});

test('what flows as before passes, with the figures that were judged', () => {
  const verdict = judgeFlow({}, sums(), sums({ sent: 90 }), 4, 7);
  expect(verdict).toMatchObject({ gate: 'flow', passed: true, atMs: 7 });
  expect(verdict.figures).toMatchObject({ sentBefore: 100, sent: 90, sentPercent: 90, agents: 4 });
});

test.each([
  ['drops everything', sums({ sent: 0, accepted: 0 }), 'send 0.0 % of the previous rate'],
  ['refuses', sums({ refused: 20 }), 'refuse 17 %'],
  ['fails to send', sums({ failed: 50 }), '33 % of outgoing data fails'],
  ['queues up', sums({ queuePercent: 95 }), 'a queue is 95 % full'],
  ['falls silent', sums({ agents: 0, sent: 0, accepted: 0 }), 'stopped sending own metrics'],
])('a wave that %s fails, and says why', (_what, after, words) => {
  const verdict = judgeFlow({}, sums(), after, 4, 0);
  expect(verdict.passed).toBe(false);
  expect(verdict.text).toContain(words);
});

test('limits of the gate take the place of the usual ones', () => {
  expect(judgeFlow({ minSentPercent: 95 }, sums(), sums({ sent: 90 }), 4, 0).passed).toBe(false);
  expect(judgeFlow({ maxFailedPercent: 50 }, sums(), sums({ failed: 50 }), 4, 0).passed).toBe(true);
  const grown = judgeFlow({ maxMemoryGrowthPercent: 20 }, sums(), sums({ memoryBytes: 600e6 }), 4, 0);
  expect(grown.text).toContain('memory grew by 50 %');
});

test('agents without metrics are judged by health alone, and the gate says so', () => {
  const none = sums({ agents: 0, accepted: 0, sent: 0, queuePercent: null, memoryBytes: null });
  expect(judgeFlow({}, none, none, 4, 0)).toMatchObject({
    passed: true,
    text: 'data flow is unknown; 4 of 4 agents sent no metrics and are judged by health alone',
  });
  expect(judgeFlow({}, null, sums({ agents: 3 }), 4, 0).text).toContain('1 of 4 agents sent no metrics');
});

test('agents that export too seldom for the soak are no silent ones', () => {
  const none = sums({ agents: 0, late: 4, accepted: 0, sent: 0, queuePercent: null, memoryBytes: null });
  expect(judgeFlow({}, sums(), none, 4, 0)).toMatchObject({
    passed: true,
    text: 'data flow is unknown; 4 of 4 agents sent no metrics (4 export less often than the soak time) and are judged by health alone',
  });
});

test('a trickle is no basis for a share', () => {
  expect(judgeFlow({}, sums({ sent: 0.01 }), sums({ sent: 0 }), 4, 0).passed).toBe(true);
});
