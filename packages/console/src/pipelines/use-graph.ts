import { nodesAtPath, type PipelineGraph } from '@drover/collector-config';
import { useMemo } from 'react';
import { useLast } from '../components/use-last.ts';
import type { TextPlace } from '../text/text-tasks.ts';
import { type TextAnswerState, useTextAnswer } from '../text/use-text-answer.ts';

export interface LastGraph {
  /** The newest that could be read; undefined where none could so far. */
  readonly graph: PipelineGraph | undefined;
  /** Why the newest text has none, where that is so. */
  readonly reason: string | undefined;
  /** No text was read so far. */
  readonly isReading: boolean;
}

const COLLECTOR = { isCollector: true };

/** The graph of a text that may change: what cannot be read leaves the last one standing. */
export function useGraph(text: string): LastGraph {
  return useGraphOf(useTextAnswer('read', text, COLLECTOR));
}

/** The graph of what was read of a text. */
export function useGraphOf(reading: TextAnswerState<'read'>): LastGraph {
  const read = reading.kind === 'answered' ? reading.answer.graph : undefined;
  const graph = useLast(read?.kind === 'graph' ? read.graph : undefined);
  const reason =
    reading.kind === 'failed' ? reading.reason : read?.kind === 'unfinished' ? read.reason : undefined;
  return { graph, reason, isReading: reading.kind === 'waiting' };
}

/** The nodes that the cursor in the text is about. */
export function useMarkedNodes(
  graph: PipelineGraph | undefined,
  place: TextPlace | undefined,
): readonly string[] {
  return useMemo(
    () => (graph === undefined || place === undefined ? [] : nodesAtPath(graph, place.path, place.word)),
    [graph, place],
  );
}
