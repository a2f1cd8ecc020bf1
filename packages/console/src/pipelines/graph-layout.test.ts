import { type PipelineGraph, parseCollectorConfig, pipelineGraph } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { type Box, type GraphLayout, layoutGraph } from './graph-layout.ts';
import { orderRows, spread } from './graph-order.ts';

const TEXT = `receivers: {otlp: , hostmetrics: , filelog: , prometheus/with-a-very-long-name-that-nobody-can-read: }
processors: {memory_limiter: , batch: }
exporters: {debug: , otlp/backend: , nop: }
connectors: {spanmetrics: , count: }
service:
  pipelines:
    metrics/all: {receivers: [spanmetrics, count], processors: [batch], exporters: [otlp/backend]}
    logs: {receivers: [filelog, otlp], exporters: [debug, count, nop]}
    traces: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [otlp/backend, spanmetrics, debug]}
    metrics: {receivers: [hostmetrics, otlp, prometheus/with-a-very-long-name-that-nobody-can-read], processors: [batch], exporters: [otlp/backend]}
`;

function graphOf(text: string): PipelineGraph {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind !== 'parsed') throw new Error('the text does not parse');
  return pipelineGraph(parsed.data);
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function expectApart(layout: GraphLayout): void {
  const boxes = [...layout.boxes];
  for (const [index, [id, box]] of boxes.entries()) {
    expect(
      box.x >= 0 && box.y >= 0 && box.x + box.width <= layout.width && box.y + box.height <= layout.height,
      id,
    ).toBe(true);
    for (const [other, otherBox] of boxes.slice(index + 1))
      expect(overlaps(box, otherBox), `${id} over ${other}`).toBe(false);
  }
  const lanes = [...layout.lanes.values()];
  for (const [index, lane] of lanes.entries())
    for (const other of lanes.slice(index + 1)) expect(overlaps(lane, other)).toBe(false);
}

test.each(['right', 'down'] as const)(
  'boxes lie within the drawing and apart, and data flows %s',
  (direction) => {
    const graph = graphOf(TEXT);
    const layout = layoutGraph(graph, direction);
    expect([...layout.boxes.keys()].toSorted()).toEqual(graph.nodes.map((node) => node.id).toSorted());
    expect(layout.edges).toHaveLength(graph.edges.length);
    expectApart(layout);
    for (const { from, to } of layout.edges) {
      const [a, b] = [layout.boxes.get(from), layout.boxes.get(to)];
      if (a === undefined || b === undefined) throw new Error('an edge ends nowhere');
      if (direction === 'right') expect(a.x + a.width).toBeLessThanOrEqual(b.x);
      else expect(a.y + a.height).toBeLessThanOrEqual(b.y);
    }
  },
);

test('a row holds one pipeline or connector; what a connector feeds stands behind it', () => {
  expect(orderRows(graphOf(TEXT)).map(({ id, rank }) => `${rank} ${id}`)).toEqual([
    '0 logs',
    '0 connector:count',
    '1 metrics/all',
    '0 traces',
    '0 connector:spanmetrics',
    '0 metrics',
  ]);
});

test('a circle of pipelines, a pipeline that feeds itself and an empty graph are drawn all the same', () => {
  const circle = `connectors: {a: , b: , c: }
service: {pipelines: {logs/1: {receivers: [a], exporters: [b]}, logs/2: {receivers: [b], exporters: [a]}, logs/3: {receivers: [c], exporters: [c]}}}`;
  for (const direction of ['right', 'down'] as const) {
    const layout = layoutGraph(graphOf(circle), direction);
    expect(layout.edges).toHaveLength(6);
    expectApart(layout);
    expect(layoutGraph(graphOf(''), direction).boxes.size).toBe(0);
    expectApart(
      layoutGraph(graphOf('service: {pipelines: {traces: {receivers: [x], exporters: [x]}}}'), direction),
    );
  }
});

test('what shares a column keeps apart and stays as near to its wish as it can', () => {
  const spreadOut = spread(
    [
      { id: 'a', at: 50, size: 20 },
      { id: 'b', at: 50, size: 20 },
      { id: 'c', at: 50, size: 20 },
      { id: 'd', at: 300, size: 20 },
    ],
    10,
  );
  expect([...spreadOut]).toEqual([
    ['a', 20],
    ['b', 50],
    ['c', 80],
    ['d', 300],
  ]);
});
