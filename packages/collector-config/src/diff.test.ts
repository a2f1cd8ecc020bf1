import { describe, expect, test } from 'vitest';
import type { ConfigMap } from './config-data.ts';
import { diffConfigs } from './diff.ts';
import { pipelineGraph } from './graph.ts';

const BASE: ConfigMap = {
  receivers: { otlp: { protocols: { grpc: null, http: null } }, hostmetrics: { collection_interval: '10s' } },
  processors: { batch: null, filter: {} },
  exporters: { debug: null },
  connectors: { forward: null },
  service: {
    extensions: ['opamp'],
    pipelines: {
      metrics: {
        receivers: ['otlp', 'hostmetrics'],
        processors: ['filter', 'batch'],
        exporters: ['debug', 'forward'],
      },
      'metrics/out': { receivers: ['forward'], exporters: ['debug'] },
    },
  },
};

describe('diff', () => {
  test('order of receivers, order of keys and empty settings mean nothing', () => {
    const same: ConfigMap = {
      service: {
        pipelines: {
          'metrics/out': { receivers: ['forward'], processors: [], exporters: ['debug'] },
          metrics: {
            exporters: ['forward', 'debug'],
            processors: ['filter', 'batch'],
            receivers: ['hostmetrics', 'otlp'],
          },
        },
        extensions: ['opamp'],
      },
      connectors: { forward: {} },
      exporters: { debug: {} },
      processors: { batch: {}, filter: null },
      receivers: {
        hostmetrics: { collection_interval: '10s' },
        otlp: { protocols: { http: null, grpc: null } },
      },
    };
    expect(diffConfigs(BASE, same)).toEqual({
      isChanged: false,
      pipelines: [],
      components: [],
      settings: [],
    });
  });

  test('changes are named by component, pipeline and setting', () => {
    const after: ConfigMap = {
      receivers: {
        otlp: { protocols: { grpc: null, http: null } },
        hostmetrics: { collection_interval: '30s' },
      },
      processors: { batch: null, filter: {} },
      exporters: { debug: null, otlp: { endpoint: 'x' } },
      service: {
        extensions: ['opamp', 'zpages'],
        pipelines: {
          metrics: {
            receivers: ['otlp', 'hostmetrics'],
            processors: ['batch', 'filter'],
            exporters: ['debug', 'otlp'],
          },
        },
      },
    };
    const diff = diffConfigs(BASE, after);
    expect(diff.pipelines).toMatchObject([
      {
        id: 'metrics',
        change: 'changed',
        roles: {
          receivers: { added: [], removed: [], isReordered: false },
          processors: { added: [], removed: [], isReordered: true },
          exporters: { added: ['otlp'], removed: ['forward'], isReordered: false },
        },
      },
      { id: 'metrics/out', change: 'removed' },
    ]);
    expect(diff.components).toEqual([
      {
        kind: 'receiver',
        id: 'hostmetrics',
        change: 'changed',
        settings: [{ path: 'receivers::hostmetrics::collection_interval', before: '10s', after: '30s' }],
        pipelines: ['metrics'],
      },
      { kind: 'exporter', id: 'otlp', change: 'added', settings: [], pipelines: ['metrics'] },
      {
        kind: 'connector',
        id: 'forward',
        change: 'removed',
        settings: [],
        pipelines: ['metrics', 'metrics/out'],
      },
    ]);
    expect(diff.settings).toEqual([
      { path: 'service::extensions', before: ['opamp'], after: ['opamp', 'zpages'] },
    ]);
  });
});

describe('graph', () => {
  test('data flows through processors in their order and through connectors to the next pipeline', () => {
    const { nodes, edges } = pipelineGraph(BASE);
    expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'receiver:otlp > pipeline:metrics',
      'receiver:hostmetrics > pipeline:metrics',
      'pipeline:metrics > processor:metrics:filter',
      'processor:metrics:filter > processor:metrics:batch',
      'processor:metrics:batch > exporter:debug',
      'processor:metrics:batch > connector:forward',
      'connector:forward > pipeline:metrics/out',
      'pipeline:metrics/out > exporter:debug',
    ]);
    expect(nodes.filter((node) => node.kind === 'exporter')).toHaveLength(1);
  });

  test('a component that nothing configures is marked', () => {
    const { nodes } = pipelineGraph({
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } } },
    });
    expect(nodes.filter((node) => !node.isConfigured).map((node) => node.id)).toEqual([
      'receiver:otlp',
      'exporter:nop',
    ]);
  });
});
