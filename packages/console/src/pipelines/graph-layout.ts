import type { GraphNode, PipelineGraph } from '@drover/collector-config';
import { type GraphRow, orderRows, spread } from './graph-order.ts';
import { captionOf } from './graph-words.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** An SVG path. */
  readonly line: string;
  readonly arrow: string;
}

/** Where data flows to: `right` where there is room for it, `down` in a narrow place. */
export type Direction = 'right' | 'down';

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  /** What is drawn around a pipeline's entry and processors, by the pipeline's id. */
  readonly lanes: ReadonlyMap<string, Box>;
  readonly edges: readonly DrawnEdge[];
}

/** More nodes than this are listed in words and not drawn. */
export const MAX_DRAWN_NODES = 400;

const NODE_HEIGHT = 42;
const NODE_MIN = 84;
const NODE_MAX = 216;
const CHAR_WIDTH = 7.3;
const NODE_PADDING = 38;
/** Between the columns (or rows) where lines turn. */
const TURN = 44;
/** Between the processors of a pipeline. */
const STEP = 22;
const GAP = 12;
const LANE_PADDING = 8;
const EDGE = 2;

/** How wide the text of a node needs it to be; longer names are cut off with an ellipsis. */
function widthOf(node: GraphNode): number {
  const chars = Math.max(node.name.length, captionOf(node).length);
  return Math.round(Math.min(NODE_MAX, Math.max(NODE_MIN, chars * CHAR_WIDTH + NODE_PADDING)));
}

/** A box in the terms of the flow: `main` goes with it, `cross` (its middle) is across. */
interface Placed {
  readonly main: number;
  readonly length: number;
  readonly cross: number;
  readonly breadth: number;
}

/**
 * Receivers, then each pipeline in a row of its own with its processors in their order, then exporters; connectors in
 * rows between the pipelines that they join. Pure, and linear in the graph but for the order of what shares a column.
 */
export function layoutGraph(graph: PipelineGraph, direction: Direction): GraphLayout {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const lengthOf = (id: string) => {
    const node = nodes.get(id);
    return node === undefined || direction === 'down' ? NODE_HEIGHT : widthOf(node);
  };
  const breadthOf = (id: string) => {
    const node = nodes.get(id);
    return node === undefined || direction === 'right' ? NODE_HEIGHT : widthOf(node);
  };
  const chains = new Map(
    graph.pipelines.map(({ id, entry, processors }) => [id, [entry, ...processors]] as const),
  );
  const rows = orderRows(graph);
  const placed = new Map<string, Placed>();
  const lanes = new Map<string, Placed>();

  const crosses = new Map<string, number>();
  let cross = 0;
  for (const { id, kind } of rows) {
    const ids = kind === 'pipeline' ? (chains.get(id) ?? []) : [id];
    const padding = kind === 'pipeline' ? 2 * LANE_PADDING : 0;
    const breadth = Math.max(...ids.map(breadthOf)) + padding;
    crosses.set(id, cross + breadth / 2);
    cross += breadth + GAP;
  }

  const sideNodes = (kind: 'receiver' | 'exporter') => graph.nodes.filter((node) => node.kind === kind);
  const sideLength = (kind: 'receiver' | 'exporter') =>
    longest(sideNodes(kind).map(({ id }) => lengthOf(id)));
  const placeSide = (kind: 'receiver' | 'exporter', main: number): void => {
    const length = sideLength(kind);
    const wishes = sideNodes(kind).map(({ id }) => {
      const of = graph.pipelines.filter((each) => each[`${kind}s`].includes(id));
      const sum = of.reduce((total, each) => total + (crosses.get(each.id) ?? 0), 0);
      return { id, at: sum / Math.max(1, of.length), size: breadthOf(id) };
    });
    for (const [id, at] of spread(wishes, GAP)) {
      placed.set(id, { main, length, cross: at, breadth: breadthOf(id) });
    }
  };

  placeSide('receiver', 0);
  let main = sideLength('receiver') === 0 ? 0 : sideLength('receiver') + TURN;
  const lastRank = Math.max(0, ...rows.map((row) => row.rank));
  for (let rank = 0; rank <= lastRank; rank += 1) {
    const here = rows.filter((row) => row.rank === rank);
    main = placePipelines(here, main);
    main = placeConnectors(here, main);
  }
  placeSide('exporter', main);
  return draw(graph, placed, lanes, direction);

  function placePipelines(here: readonly GraphRow[], start: number): number {
    const own = here
      .filter((row) => row.kind === 'pipeline')
      .map(({ id }) => ({ id, chain: chains.get(id) ?? [] }));
    if (own.length === 0) return start;
    const steps = Math.max(...own.map(({ chain }) => chain.length));
    let at = start + LANE_PADDING;
    let end = start;
    for (let step = 0; step < steps; step += 1) {
      const length = longest(own.flatMap(({ chain }) => chain.slice(step, step + 1).map(lengthOf)));
      for (const { id, chain } of own) {
        const node = chain[step];
        if (node === undefined) continue;
        const middle = crosses.get(id) ?? 0;
        placed.set(node, { main: at, length, cross: middle, breadth: breadthOf(node) });
        lanes.set(id, {
          main: start,
          length: at + length + LANE_PADDING - start,
          cross: middle,
          breadth: Math.max(lanes.get(id)?.breadth ?? 0, breadthOf(node) + 2 * LANE_PADDING),
        });
      }
      end = at + length + LANE_PADDING;
      at += length + STEP;
    }
    return end + TURN;
  }

  function placeConnectors(here: readonly GraphRow[], start: number): number {
    const own = here.filter((row) => row.kind === 'connector');
    if (own.length === 0) return start;
    const length = longest(own.map(({ id }) => lengthOf(id)));
    for (const { id } of own) {
      placed.set(id, { main: start, length, cross: crosses.get(id) ?? 0, breadth: breadthOf(id) });
    }
    return start + length + TURN;
  }
}

function longest(lengths: readonly number[]): number {
  return lengths.length === 0 ? 0 : Math.max(...lengths);
}

function draw(
  graph: PipelineGraph,
  placed: ReadonlyMap<string, Placed>,
  lanes: ReadonlyMap<string, Placed>,
  direction: Direction,
): GraphLayout {
  const all = [...placed.values(), ...lanes.values()];
  const least = Math.min(0, ...all.map(({ cross, breadth }) => cross - breadth / 2)) - EDGE;
  const crossEnd = Math.max(0, ...all.map(({ cross, breadth }) => cross + breadth / 2)) - least + EDGE;
  const mainEnd = Math.max(0, ...all.map(({ main, length }) => main + length)) + 2 * EDGE;
  const point = (main: number, cross: number): string => {
    const [along, across] = [Math.round(main + EDGE), Math.round(cross - least)];
    return direction === 'right' ? `${along} ${across}` : `${across} ${along}`;
  };
  const boxOf = ({ main, length, cross, breadth }: Placed): Box => {
    const [along, across] = [Math.round(main + EDGE), Math.round(cross - least - breadth / 2)];
    return direction === 'right'
      ? { x: along, y: across, width: length, height: breadth }
      : { x: across, y: along, width: breadth, height: length };
  };
  const kinds = new Map(graph.nodes.map((node) => [node.id, node.kind]));
  const edges = graph.edges.flatMap(({ from, to }): DrawnEdge[] => {
    const [a, b] = [placed.get(from), placed.get(to)];
    if (a === undefined || b === undefined) return [];
    const [start, end] = [a.main + a.length, b.main];
    const tip = end - 1;
    const arrow = `M${point(tip - 6, b.cross - 3.5)} L${point(tip, b.cross)} L${point(tip - 6, b.cross + 3.5)} Z`;
    const curve = (p: number, q: number) =>
      `C${point((p + q) / 2, a.cross)} ${point((p + q) / 2, b.cross)} ${point(q, b.cross)}`;
    // Only a circle of pipelines runs backwards.
    if (end < start) {
      const out = `C${point(start + TURN, a.cross)} ${point(end - TURN, b.cross)} ${point(end - 4, b.cross)}`;
      return [{ from, to, line: `M${point(start, a.cross)} ${out}`, arrow }];
    }
    // A line turns beside the column of receivers, and otherwise right before its end: its way is along a free row.
    const line =
      kinds.get(from) === 'receiver'
        ? `M${point(start, a.cross)} ${curve(start, Math.min(end - 4, start + TURN - 4))} L${point(end - 4, b.cross)}`
        : `M${point(start, a.cross)} L${point(Math.max(start, end - TURN), a.cross)} ${curve(Math.max(start, end - TURN), end - 4)}`;
    return [{ from, to, line, arrow }];
  });
  const sizes = direction === 'right' ? [mainEnd, crossEnd] : [crossEnd, mainEnd];
  return {
    width: Math.ceil(sizes[0] ?? 0),
    height: Math.ceil(sizes[1] ?? 0),
    boxes: new Map([...placed].map(([id, place]) => [id, boxOf(place)])),
    lanes: new Map([...lanes].map(([id, place]) => [id, boxOf(place)])),
    edges,
  };
}
