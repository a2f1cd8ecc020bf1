import type { PipelineGraph } from '@drover/collector-config';

/** A row of the drawing: a pipeline or a connector by its id. */
export interface GraphRow {
  readonly kind: 'pipeline' | 'connector';
  readonly id: string;
  /** How many connectors data has gone through before it comes here, at most. */
  readonly rank: number;
}

/**
 * The pipelines in the configuration's order, each connector right behind the first pipeline that feeds it, and behind
 * that the pipelines that it feeds. Each stands alone in its row, so that no line runs through another's box. Circles,
 * which a Collector refuses, end where they would begin again.
 */
export function orderRows(graph: PipelineGraph): readonly GraphRow[] {
  const connectors = new Set(graph.nodes.filter((node) => node.kind === 'connector').map((node) => node.id));
  const pipelines = new Map(graph.pipelines.map((pipeline) => [pipeline.id, pipeline]));
  const feeds = new Map<string, string[]>();
  const fedBy = new Map<string, string[]>();
  const join = (from: string, to: string) => {
    feeds.set(from, [...(feeds.get(from) ?? []), to]);
    fedBy.set(to, [...(fedBy.get(to) ?? []), from]);
  };
  for (const { id, receivers, exporters } of graph.pipelines) {
    for (const receiver of receivers) if (connectors.has(receiver)) join(receiver, id);
    for (const exporter of exporters) if (connectors.has(exporter)) join(id, exporter);
  }
  const ranks = rankAll([...pipelines.keys(), ...connectors], connectors, fedBy);
  const rows: GraphRow[] = [];
  const placed = new Set<string>();
  const place = (id: string): void => {
    const left = [id];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (placed.has(next)) continue;
      placed.add(next);
      const kind = connectors.has(next) ? 'connector' : 'pipeline';
      rows.push({ kind, id: next, rank: ranks.get(next) ?? 0 });
      left.push(...(feeds.get(next) ?? []).toReversed());
    }
  };
  for (const id of pipelines.keys()) if ((fedBy.get(id) ?? []).length === 0) place(id);
  for (const id of [...pipelines.keys(), ...connectors]) place(id);
  return rows;
}

/** A connector has the rank of the last pipeline before it, a pipeline one more than the last connector before it. */
function rankAll(
  ids: readonly string[],
  connectors: ReadonlySet<string>,
  fedBy: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  const onWay = new Set<string>();
  const rank = (id: string): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    if (onWay.has(id)) return 0;
    onWay.add(id);
    const before = (fedBy.get(id) ?? []).map(rank);
    const own = before.length === 0 ? 0 : Math.max(...before) + (connectors.has(id) ? 0 : 1);
    onWay.delete(id);
    ranks.set(id, own);
    return own;
  };
  for (const id of ids) rank(id);
  return ranks;
}

interface Wish {
  readonly id: string;
  /** Where its middle would like to be. */
  readonly at: number;
  readonly size: number;
}

/** Places along a line without overlap, each as near to its wish as the others let it, in the order of the wishes. */
export function spread(wishes: readonly Wish[], gap: number): ReadonlyMap<string, number> {
  const sorted = wishes.toSorted((a, b) => a.at - b.at);
  interface Block {
    readonly members: Wish[];
    size: number;
    start: number;
  }
  const blocks: Block[] = [];
  for (const wish of sorted) {
    let block: Block = { members: [wish], size: wish.size, start: wish.at - wish.size / 2 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.start + last.size + gap <= block.start) break;
      blocks.pop();
      const members = [...last.members, ...block.members];
      const size = last.size + gap + block.size;
      // The mean of what each member wishes for the start of all.
      let offset = 0;
      let sum = 0;
      for (const member of members) {
        sum += member.at - member.size / 2 - offset;
        offset += member.size + gap;
      }
      block = { members, size, start: sum / members.length };
    }
    blocks.push(block);
  }
  const middles = new Map<string, number>();
  for (const { members, start } of blocks) {
    let at = start;
    for (const { id, size } of members) {
      middles.set(id, at + size / 2);
      at += size + gap;
    }
  }
  return middles;
}
