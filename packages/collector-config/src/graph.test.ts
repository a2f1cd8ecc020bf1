import { expect, test } from 'vitest';
import { nodesAtPath, type PipelineGraph, pipelineGraph } from './graph.ts';
import { entryAt, readOutline } from './outline.ts';
import { parseCollectorConfig } from './parse.ts';

const TEXT = `extensions:
  opamp:
  zpages:
receivers:
  otlp:
    protocols: {grpc: }
  filelog:
processors:
  batch:
    timeout: 1s
exporters:
  debug:
connectors:
  count:
service:
  extensions: [opamp, health_check]
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch, batch]
      exporters: [debug, count, debug]
    metrics/counted:
      receivers: [count]
      processors: [batch]
      exporters: [nowhere]
`;

function graphOf(text: string): PipelineGraph {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind !== 'parsed') throw new Error('the text does not parse');
  return pipelineGraph(parsed.data);
}

test('pipelines have a signal and each node once; extensions and what nothing uses stand apart', () => {
  const graph = graphOf(TEXT);
  expect(graph.pipelines).toEqual([
    {
      id: 'traces',
      signal: 'traces',
      entry: 'pipeline:traces',
      receivers: ['receiver:otlp'],
      processors: ['processor:traces:batch'],
      exporters: ['exporter:debug', 'connector:count'],
    },
    {
      id: 'metrics/counted',
      signal: 'metrics',
      entry: 'pipeline:metrics/counted',
      receivers: ['connector:count'],
      processors: ['processor:metrics/counted:batch'],
      exporters: ['exporter:nowhere'],
    },
  ]);
  expect(graph.extensions.map(({ id, isConfigured }) => [id, isConfigured])).toEqual([
    ['extension:opamp', true],
    ['extension:health_check', false],
  ]);
  expect(graph.unused.map(({ id, path }) => [id, path])).toEqual([
    ['unused:receiver:filelog', ['receivers', 'filelog']],
    ['unused:extension:zpages', ['extensions', 'zpages']],
  ]);
});

test('a node is where it is configured; what nothing configures, where it is named', () => {
  const { nodes } = graphOf(TEXT);
  expect(Object.fromEntries(nodes.map(({ id, path }) => [id, path.join('::')]))).toEqual({
    'receiver:otlp': 'receivers::otlp',
    'pipeline:traces': 'service::pipelines::traces',
    'processor:traces:batch': 'processors::batch',
    'exporter:debug': 'exporters::debug',
    'connector:count': 'connectors::count',
    'pipeline:metrics/counted': 'service::pipelines::metrics/counted',
    'processor:metrics/counted:batch': 'processors::batch',
    'exporter:nowhere': 'service::pipelines::metrics/counted::exporters::0',
  });
});

test.each([
  ['timeout', ['processor:traces:batch', 'processor:metrics/counted:batch']],
  ['grpc', ['receiver:otlp']],
  ['filelog', ['unused:receiver:filelog']],
  ['otlp]', ['receiver:otlp']],
  ['batch, batch', ['processor:traces:batch']],
  ['receivers: [count]', ['pipeline:metrics/counted']],
  ['count]', ['connector:count']],
  ['nowhere', ['exporter:nowhere']],
  ['health_check', ['extension:health_check']],
  ['pipelines', []],
  ['receivers:', []],
])('a cursor at "%s" is about %j', (word, nodes) => {
  const entry = entryAt(TEXT, readOutline(TEXT), TEXT.indexOf(word));
  expect(nodesAtPath(graphOf(TEXT), entry?.path ?? [], entry?.value?.text)).toEqual(nodes);
});

test('a configuration without pipelines, or with nonsense for them, has an empty graph', () => {
  for (const text of ['', 'service:\n', 'service: {pipelines: 7}', 'service: {pipelines: {traces: }}']) {
    const { nodes, edges } = graphOf(text);
    expect(edges).toEqual([]);
    expect(nodes.length).toBeLessThanOrEqual(1);
  }
});
