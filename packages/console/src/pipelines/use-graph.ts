import { entryAt, nodesAtPath, type PipelineGraph, readOutline } from '@drover/collector-config';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useLast } from '../components/use-last.ts';
import { readGraph } from './read-graph.ts';

/** The text is read when the typing pauses, so that no key waits for a drawing. */
const PAUSE_MS = 150;

export interface LastGraph {
  /** The newest that could be read; undefined where none could so far. */
  readonly graph: PipelineGraph | undefined;
  /** Why the newest text has none, where that is so. */
  readonly reason: string | undefined;
}

/** The graph of a text while it is typed: what cannot be read leaves the last one standing. */
export function useGraph(text: string): LastGraph {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const read = useMemo(() => readGraph(settled), [settled]);
  const graph = useLast(read.kind === 'graph' ? read.graph : undefined);
  return { graph, reason: read.kind === 'unfinished' ? read.reason : undefined };
}

/** The nodes that the cursor in the text is about; a moment later, so that no key waits for it. */
export function useMarkedNodes(
  newest: string,
  graph: PipelineGraph | undefined,
  cursor: number | undefined,
): readonly string[] {
  const text = useDeferredValue(newest);
  const offset = useDeferredValue(cursor);
  const entries = useMemo(() => readOutline(text), [text]);
  return useMemo(() => {
    if (graph === undefined || offset === undefined) return [];
    const entry = entryAt(text, entries, offset);
    return entry === undefined ? [] : nodesAtPath(graph, entry.path, entry.value?.text);
  }, [text, entries, graph, offset]);
}
