import type { Agent } from '@drover/api';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { Panel } from '../components/panel.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { partCode } from '../data/page-code.ts';
import { CONFIG_SIDES, type ConfigSide } from '../page-search.ts';
import styles from './agent.module.css';
import { type SideText, useSideText } from './side-text.ts';

const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);
const MeaningDiff = lazy(
  partCode(() =>
    import('../components/meaning-diff.tsx').then((module) => ({ default: module.MeaningDiff })),
  ),
);
const CodeEditor = lazy(
  partCode(() => import('../components/code-editor.tsx').then((module) => ({ default: module.CodeEditor }))),
);

const route = getRouteApi('/inside/agents/$uid');
const WORDS: Record<ConfigSide, string> = {
  intended: 'Intended',
  delivered: 'Delivered',
  effective: 'Effective',
};
const OPTIONS = CONFIG_SIDES.map((side) => ({ value: side, word: WORDS[side] }));

/** Any two of intended, delivered and effective, by meaning and line by line. */
export function AgentCompare({ agent }: { readonly agent: Agent }) {
  const { from = 'intended', to = 'effective' } = route.useSearch();
  const navigate = route.useNavigate();
  const sides = [useSideText(agent, from), useSideText(agent, to)] as const;
  const [before, after] = sides;
  const choose = (part: { readonly from?: ConfigSide; readonly to?: ConfigSide }) =>
    void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
  const sideOf = (value: string): ConfigSide => CONFIG_SIDES.find((side) => side === value) ?? 'intended';
  const failed = sides.find((side) => side.kind === 'error');
  return (
    <>
      <div className={styles.compare}>
        <Select
          label="Compare"
          value={from}
          options={OPTIONS}
          onChange={(value) => choose({ from: sideOf(value) })}
        />
        <Select
          label="with"
          value={to}
          options={OPTIONS}
          onChange={(value) => choose({ to: sideOf(value) })}
        />
        {sides.map((side, index) =>
          side.kind === 'text' && side.remark !== '' ? (
            <span key={index === 0 ? 'from' : 'to'} className={styles.muted}>
              {WORDS[index === 0 ? from : to]}: {side.remark}
            </span>
          ) : null,
        )}
      </div>
      {failed?.kind === 'error' ? (
        <ErrorState
          error={failed.error}
          what="The configuration could not be loaded"
          onRetry={failed.retry}
        />
      ) : sides.some((side) => side.kind === 'loading') ? (
        <SkeletonRows rows={8} height={20} />
      ) : (
        <Compared before={before} after={after} beforeLabel={WORDS[from]} afterLabel={WORDS[to]} />
      )}
    </>
  );
}

function Compared(props: {
  readonly before: SideText;
  readonly after: SideText;
  readonly beforeLabel: string;
  readonly afterLabel: string;
}) {
  const { before, after, beforeLabel, afterLabel } = props;
  const missing = [
    [before, beforeLabel],
    [after, afterLabel],
  ] as const;
  if (before.kind === 'text' && after.kind === 'text') {
    return (
      <Suspense fallback={<SkeletonRows rows={8} height={20} />}>
        <MeaningDiff before={before.text} after={after.text} />
        <Panel title={`${beforeLabel} and ${afterLabel.toLowerCase()}, line by line`} isFlush>
          <DiffView
            before={before.text}
            after={after.text}
            beforeLabel={beforeLabel}
            afterLabel={afterLabel}
          />
        </Panel>
      </Suspense>
    );
  }
  const only = before.kind === 'text' ? before : after.kind === 'text' ? after : undefined;
  return (
    <>
      {missing.map(([side, label]) =>
        side.kind === 'none' ? (
          <p key={label} className={styles.muted}>
            <strong>{label}</strong>: {side.reason}
          </p>
        ) : null,
      )}
      {only === undefined ? null : (
        <Suspense fallback={<SkeletonRows rows={8} height={20} />}>
          <Panel title={`${only === before ? beforeLabel : afterLabel} configuration`} isFlush>
            <CodeEditor value={only.text} label="Configuration" isReadOnly />
          </Panel>
        </Suspense>
      )}
    </>
  );
}
