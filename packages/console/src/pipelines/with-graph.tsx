import type { GraphNode } from '@drover/collector-config';
import { IconSitemap } from '@tabler/icons-react';
import { lazy, type ReactNode, type RefObject, Suspense, useId, useRef } from 'react';
import { SkeletonRows } from '../components/skeleton.tsx';
import { ToolButton } from '../components/tool-button.tsx';
import { useStoredFlag } from '../components/use-stored-flag.ts';
import { partCode } from '../data/page-code.ts';
import type { TextPlace } from '../text/text-tasks.ts';
import type { TextAnswerState } from '../text/use-text-answer.ts';
import styles from './with-graph.module.css';

const TextGraph = lazy(
  partCode(() => import('./text-graph.tsx').then((module) => ({ default: module.TextGraph }))),
);

export interface GraphSwitch {
  readonly isShown: boolean;
  readonly button: ReactNode;
  readonly placeRef: RefObject<HTMLElement | null>;
  /** Goes to the node that the cursor is about, else to the first one; nowhere while it is hidden. */
  readonly focus: () => void;
}

/** Whether the graph stands beside the text; this browser remembers it for every text. */
export function useGraphSwitch(): GraphSwitch {
  const [isShown, setShown] = useStoredFlag('drover:pipeline-graph', true);
  const placeRef = useRef<HTMLElement>(null);
  return {
    isShown,
    placeRef,
    focus: () => {
      const node = ['[data-node][data-marked="true"]', '[data-node][tabindex="0"]']
        .map((wanted) => placeRef.current?.querySelector<HTMLElement>(wanted))
        .find((found) => found !== null && found !== undefined);
      node?.focus();
    },
    button: (
      <ToolButton
        leftSection={<IconSitemap size={16} aria-hidden />}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        Graph
      </ToolButton>
    ),
  };
}

interface WithGraphProps {
  readonly reading: TextAnswerState<'read'>;
  readonly place: TextPlace | undefined;
  readonly isShown: boolean;
  readonly graphRef: RefObject<HTMLElement | null>;
  readonly onOpen: (node: GraphNode) => void;
  /** At the other side of the text; null where nobody wants it. */
  readonly outline: ReactNode;
  readonly children: ReactNode;
}

/** A text with its outline and the graph of its pipelines at its sides, or above and below it where there is no room. */
export function WithGraph(props: WithGraphProps) {
  const { reading, place, isShown, graphRef, onOpen, outline, children } = props;
  const headingId = useId();
  return (
    <div className={styles.frame}>
      <div className={styles.split} data-graph={isShown} data-outline={outline !== null}>
        {outline === null ? null : (
          <div className={styles.outline}>
            <div>{outline}</div>
          </div>
        )}
        <div className={styles.text}>{children}</div>
        {isShown ? (
          <section ref={graphRef} className={styles.side} aria-labelledby={headingId}>
            <h2 id={headingId} className={styles.hidden}>
              Pipelines
            </h2>
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <TextGraph reading={reading} place={place} onOpen={onOpen} />
            </Suspense>
          </section>
        ) : null}
      </div>
    </div>
  );
}
