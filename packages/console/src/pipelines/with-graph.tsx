import type { GraphNode } from '@drover/collector-config';
import { Button } from '@mantine/core';
import { IconSitemap } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense, useId } from 'react';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useStoredFlag } from '../components/use-stored-flag.ts';
import styles from './with-graph.module.css';

const TextGraph = lazy(() => import('./text-graph.tsx').then((module) => ({ default: module.TextGraph })));

export interface GraphSwitch {
  readonly isShown: boolean;
  readonly button: ReactNode;
}

/** Whether the graph stands beside the text; this browser remembers it for every text. */
export function useGraphSwitch(): GraphSwitch {
  const [isShown, setShown] = useStoredFlag('drover:pipeline-graph', true);
  return {
    isShown,
    button: (
      <Button
        variant="subtle"
        leftSection={<IconSitemap size={16} aria-hidden />}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? 'Hide graph' : 'Show graph'}
      </Button>
    ),
  };
}

interface WithGraphProps {
  readonly text: string;
  readonly isShown: boolean;
  readonly cursor?: number | undefined;
  readonly onOpen: (node: GraphNode) => void;
  readonly children: ReactNode;
}

/** A text with the graph of its pipelines at its side, or below it where there is no room. */
export function WithGraph({ text, isShown, cursor, onOpen, children }: WithGraphProps) {
  const headingId = useId();
  return (
    <div className={styles.frame}>
      <div className={styles.split} data-graph={isShown}>
        <div className={styles.text}>{children}</div>
        {isShown ? (
          <section className={styles.side} aria-labelledby={headingId}>
            <h2 id={headingId} className={styles.hidden}>
              Pipelines
            </h2>
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <TextGraph text={text} cursor={cursor} onOpen={onOpen} />
            </Suspense>
          </section>
        ) : null}
      </div>
    </div>
  );
}
