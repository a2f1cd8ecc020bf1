import { lazy, type ReactNode, Suspense, useId, useRef } from 'react';
import { bringIntoView } from '../components/bring-into-view.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import { ToolButton } from '../components/tool-button.tsx';
import { partCode } from '../data/page-code.ts';
import type { CompareSide } from './compare-side.ts';

const ComparePanel = lazy(
  partCode(() => import('./compare-panel.tsx').then((module) => ({ default: module.ComparePanel }))),
);

interface CompareOptions {
  readonly name: string | undefined;
  readonly body: string;
  readonly isCollector: boolean;
  readonly side: CompareSide | undefined;
  readonly firstSide: CompareSide;
  readonly onSide: (side: CompareSide | undefined) => void;
}

// Below a long text nobody would see that it is there.
const shown = (panel: HTMLElement | null) => (panel === null ? undefined : bringIntoView(panel));

/** The button that opens a comparison, and the comparison. */
export function useCompare({ name, body, isCollector, side, firstSide, onSide }: CompareOptions): {
  readonly button: ReactNode;
  readonly panel: ReactNode;
} {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const isShown = side !== undefined;
  return {
    button: (
      <ToolButton
        ref={button}
        aria-expanded={isShown}
        {...(isShown ? { 'aria-controls': id } : {})}
        onClick={() => onSide(isShown ? undefined : firstSide)}
      >
        Compare
      </ToolButton>
    ),
    panel: isShown ? (
      <div id={id} ref={shown}>
        <Suspense fallback={<SkeletonRows rows={6} />}>
          <ComparePanel
            name={name}
            body={body}
            isCollector={isCollector}
            side={side}
            onChange={onSide}
            onClose={() => {
              button.current?.focus();
              onSide(undefined);
            }}
          />
        </Suspense>
      </div>
    ) : null,
  };
}
