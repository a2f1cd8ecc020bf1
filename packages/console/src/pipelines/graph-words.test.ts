import { parseCollectorConfig } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { nodeRemarks, pipelineWords } from './graph-words.ts';
import { readGraph } from './read-graph.ts';

function graphOf(text: string) {
  const read = readGraph(parseCollectorConfig(text));
  if (read.kind !== 'graph') throw new Error(read.reason);
  return read.graph;
}

function wide(receivers: number) {
  const names = Array.from({ length: receivers }, (_each, index) => `nop/${index}`);
  const graph = graphOf(
    `receivers: {${names.map((name) => `${name}: {}`).join(', ')}}\nexporters: {debug: {}}\nservice: {pipelines: {logs: {receivers: [${names.join(', ')}], exporters: [debug]}}}`,
  );
  const [pipeline] = graph.pipelines;
  if (pipeline === undefined) throw new Error('no pipeline');
  return pipelineWords(pipeline, graph);
}

test('a pipeline in words names all of its parts where those are few', () => {
  expect(wide(2)).toBe('Pipeline logs: from nop/0, nop/1, through no processor, to debug');
  expect(wide(24)).toContain('nop/22, nop/23, through no processor');
});

test('of thousands it names the first, and says how many more there are', () => {
  expect(wide(4_942)).toMatch(
    /^Pipeline logs: from nop\/0, .*, nop\/23 and 4,918 more, through no processor, to debug$/,
  );
});

test('a component in many pipelines names the first of them', () => {
  const graph = graphOf(
    `receivers: {nop: {}}\nexporters: {debug: {}}\nservice: {pipelines: {${Array.from({ length: 30 }, (_each, index) => `logs/${index}: {receivers: [nop], exporters: [debug]}`).join(', ')}}}`,
  );
  const nop = graph.nodes.find(({ kind, name }) => kind === 'receiver' && name === 'nop');
  if (nop === undefined) throw new Error('no receiver');
  expect(nodeRemarks(nop, graph, 'none')).toMatch(/^in pipelines logs\/0, .* and 6 more$/);
});
