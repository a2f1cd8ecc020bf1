import { expect, test } from 'vitest';
import { agentMetricsRegistry } from './agent-metrics.ts';
import { exposition } from './exposition.ts';

test('a start counts as a restart only after an earlier process', () => {
  const registry = agentMetricsRegistry();
  const [fresh, taken] = [registry.forAgent('fresh'), registry.forAgent('taken')];
  fresh.started();
  taken.adopted();
  taken.started();
  expect([fresh.restarts, taken.restarts]).toEqual([0, 1]);
  const text = exposition(registry.families);
  expect(text).toContain('drover_supervisor_agent_starts_total{agent="fresh"} 1');
  expect(text).toContain('drover_supervisor_agent_restarts_total{agent="fresh"} 0');
  expect(text).toContain('drover_supervisor_agent_restarts_total{agent="taken"} 1');
});

test('an apply is timed from its offer to its verdict, and only once', () => {
  let nowMs = 1_000;
  const registry = agentMetricsRegistry(() => nowMs);
  const metrics = registry.forAgent('a');
  metrics.concluded('applying');
  nowMs += 1_500;
  metrics.concluded('applied');
  nowMs += 60_000;
  // It died within the stability window: another verdict on the same apply.
  metrics.concluded('failed');
  const text = exposition(registry.families);
  expect(text).toContain('drover_supervisor_apply_duration_seconds_sum{agent="a"} 1.5');
  expect(text).toContain('drover_supervisor_apply_duration_seconds_count{agent="a"} 1');
  expect(text).toContain('drover_supervisor_apply_results_total{agent="a",result="applied"} 1');
  expect(text).toContain('drover_supervisor_apply_results_total{agent="a",result="failed"} 1');
});

test('a gap is published in seconds', () => {
  const registry = agentMetricsRegistry();
  registry.forAgent('a').gapMeasured(120);
  expect(exposition(registry.families)).toContain('drover_supervisor_apply_gap_seconds_sum{agent="a"} 0.12');
});

test('what can be counted of an agent is there with 0 before it happens', () => {
  const registry = agentMetricsRegistry();
  registry.forAgent('a');
  const text = exposition(registry.families);
  for (const name of [
    'agent_starts',
    'agent_restarts',
    'rollbacks',
    'validation_failures',
    'server_connects',
  ])
    expect(text).toContain(`drover_supervisor_${name}_total{agent="a"} 0\n`);
});
