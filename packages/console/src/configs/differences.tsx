import { lazy, Suspense } from 'react';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { partCode } from '../data/page-code.ts';

const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);
const MeaningDiff = lazy(
  partCode(() =>
    import('../components/meaning-diff.tsx').then((module) => ({ default: module.MeaningDiff })),
  ),
);

export interface Side {
  readonly body: string;
  readonly label: string;
}

/** Two texts by meaning and line by line. */
export function Differences({ before, after }: { readonly before: Side; readonly after: Side }) {
  return (
    <Suspense fallback={<SkeletonRows rows={5} />}>
      <MeaningDiff before={before.body} after={after.body} />
      <Panel title={`${before.label} and ${after.label}`} isFlush>
        <DiffView
          before={before.body}
          after={after.body}
          beforeLabel={before.label}
          afterLabel={after.label}
        />
      </Panel>
    </Suspense>
  );
}
