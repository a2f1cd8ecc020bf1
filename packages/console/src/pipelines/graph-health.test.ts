import type { ComponentHealthView } from '@drover/api';
import { pipelineGraph } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { healthOfNodes } from './graph-health.ts';

const graph = pipelineGraph({
  receivers: { otlp: null },
  processors: { batch: null },
  exporters: { debug: null },
  extensions: { opamp: null },
  service: {
    extensions: ['opamp'],
    pipelines: {
      traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['debug'] },
      'metrics/2': { receivers: ['otlp'], processors: ['batch'], exporters: ['debug'] },
    },
  },
});

function view(healthy: boolean, components: Record<string, ComponentHealthView> = {}): ComponentHealthView {
  return {
    healthy,
    status: healthy ? 'StatusOK' : 'StatusRecoverableError',
    lastError: healthy ? '' : 'connection refused',
    startedAt: null,
    statusAt: null,
    components,
  };
}

test('a report by pipeline tells of each node; of a shared one the worst holds', () => {
  const report = view(false, {
    extensions: view(true, { 'extension:opamp': view(true) }),
    'pipeline:traces': view(false, {
      'receiver:otlp': view(false),
      'processor:batch': view(true),
      'exporter:debug': view(true),
    }),
    'pipeline:metrics/2': view(true, {
      'receiver:otlp': view(true),
      'processor:batch': view(false),
      'receiver:not-in-the-graph': view(false),
    }),
  });
  for (const tree of [report, view(false, { collector: report })]) {
    const health = healthOfNodes(graph, tree);
    expect(Object.fromEntries([...health].map(([id, { isHealthy }]) => [id, isHealthy]))).toEqual({
      'extension:opamp': true,
      'pipeline:traces': false,
      'receiver:otlp': false,
      'processor:traces:batch': true,
      'exporter:debug': true,
      'pipeline:metrics/2': true,
      'processor:metrics/2:batch': false,
    });
    expect(health.get('receiver:otlp')?.lastError).toBe('connection refused');
  }
});

test('nothing is known where nothing, or nothing of the kind, was reported', () => {
  expect(healthOfNodes(graph, null).size).toBe(0);
  expect(healthOfNodes(graph, view(true, { input: view(true, { tail: view(true) }) })).size).toBe(0);
});
