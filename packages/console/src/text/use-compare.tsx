import { Button } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useId } from 'react';
import { SkeletonRows } from '../components/skeleton.tsx';
import type { CompareSide } from './compare-side.ts';

const ComparePanel = lazy(() =>
  import('./compare-panel.tsx').then((module) => ({ default: module.ComparePanel })),
);

interface CompareOptions {
  readonly name: string | undefined;
  readonly body: string;
  readonly isCollector: boolean;
  readonly side: CompareSide | undefined;
  readonly firstSide: CompareSide;
  readonly onSide: (side: CompareSide | undefined) => void;
}

/** The button that opens a comparison, and the comparison. */
export function useCompare({ name, body, isCollector, side, firstSide, onSide }: CompareOptions): {
  readonly button: ReactNode;
  readonly panel: ReactNode;
} {
  const id = useId();
  const isShown = side !== undefined;
  return {
    button: (
      <Button
        variant="subtle"
        aria-expanded={isShown}
        {...(isShown ? { 'aria-controls': id } : {})}
        onClick={() => onSide(isShown ? undefined : firstSide)}
      >
        {isShown ? 'Hide comparison' : 'Compare'}
      </Button>
    ),
    panel: isShown ? (
      <div id={id}>
        <Suspense fallback={<SkeletonRows rows={6} />}>
          <ComparePanel name={name} body={body} isCollector={isCollector} side={side} onChange={onSide} />
        </Suspense>
      </div>
    ) : null,
  };
}
