import type { GraphNode } from '@drover/collector-config';
import styles from './pipeline-graph.module.css';
import { PipelineGraphView } from './pipeline-graph.tsx';
import { useGraph, useMarkedNodes } from './use-graph.ts';

interface TextGraphProps {
  readonly text: string;
  /** Where the cursor stands in the text. */
  readonly cursor?: number | undefined;
  readonly onOpen?: (node: GraphNode) => void;
}

/** The graph of a text while it is typed. A text that cannot be drawn leaves the last drawing, and says so. */
export function TextGraph({ text, cursor, onOpen }: TextGraphProps) {
  const { graph, reason } = useGraph(text);
  const marked = useMarkedNodes(text, graph, cursor);
  return (
    <div>
      {reason === undefined || graph === undefined ? null : (
        <p className={styles.stale} role="status">
          As it was last read: {reason}.
        </p>
      )}
      {graph === undefined ? (
        <p className={styles.remark}>Nothing to draw: {reason}.</p>
      ) : (
        <PipelineGraphView graph={graph} marked={marked} {...(onOpen === undefined ? {} : { onOpen })} />
      )}
    </div>
  );
}
