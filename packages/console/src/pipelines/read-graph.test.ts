import { parseCollectorConfig } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { readGraph } from './read-graph.ts';

test.each([
  ['a: [', 'the text is not valid YAML (line 1: '],
  ['', 'the text has no pipelines under service::pipelines'],
  ['service:\n  pipel', 'the text has no pipelines under service::pipelines'],
  ['service:\n  pipelines:\n    traces: rec', 'pipeline traces is not a map'],
  ['service:\n  pipelines:\n    traces:\n      receivers: otl', 'receivers of pipeline traces is not a list'],
])('%j is not drawn, and says why', (text, reason) => {
  const read = readGraph(parseCollectorConfig(text));
  expect(read.kind === 'unfinished' && read.reason).toContain(reason);
});

test('a pipeline is drawn as soon as it has a name', () => {
  for (const text of ['service: {pipelines: {traces: }}', 'service: {pipelines: {traces: {receivers: }}}']) {
    const read = readGraph(parseCollectorConfig(text));
    expect(read.kind === 'graph' && read.graph.nodes.map((node) => node.id)).toEqual(['pipeline:traces']);
  }
});
