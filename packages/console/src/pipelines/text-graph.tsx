import type { GraphNode } from '@drover/collector-config';
import { SkeletonRows } from '../components/skeleton.tsx';
import type { TextPlace } from '../text/text-tasks.ts';
import type { TextAnswerState } from '../text/use-text-answer.ts';
import styles from './pipeline-graph.module.css';
import { PipelineGraphView } from './pipeline-graph.tsx';
import { useGraphOf, useMarkedNodes } from './use-graph.ts';

interface TextGraphProps {
  readonly reading: TextAnswerState<'read'>;
  /** Where the cursor stands in the text. */
  readonly place?: TextPlace | undefined;
  readonly onOpen?: (node: GraphNode) => void;
}

/** The graph of a text while it is typed. A text that cannot be drawn leaves the last drawing, and says so. */
export function TextGraph({ reading, place, onOpen }: TextGraphProps) {
  const { graph, reason, isReading } = useGraphOf(reading);
  const marked = useMarkedNodes(graph, place);
  if (graph === undefined && isReading) return <SkeletonRows rows={6} />;
  return (
    <div>
      {reason === undefined || graph === undefined ? null : (
        <p className={styles.stale} role="status">
          Last valid state shown: {reason}.
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
