import type { ConfigDetail } from '@drover/api';
import { lazy, Suspense } from 'react';
import { SkeletonRows } from '../components/skeleton.tsx';
import { partCode } from '../data/page-code.ts';
import type { Side } from './differences.tsx';
import { useBaseText } from './use-base-text.ts';

const MergePanel = lazy(
  partCode(() => import('../text/merge-panel.tsx').then((module) => ({ default: module.MergePanel }))),
);

interface MergeWithProps {
  readonly config: ConfigDetail;
  /** The revision that both were made from: by hash, or by number where that is known. */
  readonly base: { readonly hash?: string | undefined; readonly number?: number | undefined };
  readonly mine: string;
  readonly theirs: Side;
  readonly onUse: (text: string) => void;
  readonly onClose: () => void;
}

/** The merge of what was typed here with what somebody else saved meanwhile. */
export function MergeWith({ config, base, mine, theirs, onUse, onClose }: MergeWithProps) {
  const from = useBaseText(config, base);
  if (from.kind === 'reading') return <SkeletonRows rows={4} />;
  return (
    <Suspense fallback={<SkeletonRows rows={4} />}>
      <MergePanel
        base={from.body}
        mine={mine}
        theirs={theirs.body}
        theirsLabel={theirs.label}
        onUse={onUse}
        onClose={onClose}
      />
    </Suspense>
  );
}
