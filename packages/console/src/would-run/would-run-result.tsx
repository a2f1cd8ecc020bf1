import type { WouldRun } from '@drover/api';
import { lazy, Suspense } from 'react';
import { countOf } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { Note } from '../components/note.tsx';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { FindingsList } from '../configs/findings.tsx';
import { partCode } from '../data/page-code.ts';
import { OriginLines } from './origin-lines.tsx';
import { VariableValues } from './variable-values.tsx';
import { WouldDiffer } from './would-differ.tsx';

const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);
const MeaningDiff = lazy(
  partCode(() =>
    import('../components/meaning-diff.tsx').then((module) => ({ default: module.MeaningDiff })),
  ),
);

/** The answer first: whether it could take it, and what would change; then all of it. */
export function WouldRunResult({ would }: { readonly would: WouldRun }) {
  const { cannot, intended, effective, merged, layers, variables, findings } = would;
  const before = intended?.body;
  return (
    <>
      {cannot === null ? null : (
        <Note tone="broken">
          <strong>It cannot run this:</strong> {cannot}.
        </Note>
      )}
      {intended === null ? (
        <Note tone="gone">Nothing is intended for it today: all of this would be new.</Note>
      ) : intended.isSame ? (
        <Note tone="well">This is already its intended configuration: nothing would be offered.</Note>
      ) : null}
      {findings.length === 0 ? null : (
        <Panel title={countOf(findings.length, 'finding')} isFlush>
          <FindingsList
            validation={{ kind: 'checked', findings }}
            onGoTo={(line) => document.getElementById(`would-run-line-${line}`)?.focus()}
          />
        </Panel>
      )}
      <VariableValues variables={variables} />
      {merged === null ? null : (
        <Suspense fallback={<SkeletonRows rows={6} />}>
          {typeof before !== 'string' || intended?.isSame === true ? null : (
            <>
              <MeaningDiff before={before} after={merged.body} />
              <Panel title="Compared with intended" isFlush>
                <DiffView
                  before={before}
                  after={merged.body}
                  beforeLabel="Intended now"
                  afterLabel="Would run"
                />
              </Panel>
            </>
          )}
        </Suspense>
      )}
      {effective === null ? null : <WouldDiffer effective={effective} />}
      {merged === null ? (
        layers.map((layer) => (
          <Panel key={layer.entry} title={layer.entry} isFlush>
            <OriginLines body={layer.body} origins={[]} />
          </Panel>
        ))
      ) : (
        <Panel
          title="What it would run"
          aside={
            <span className={layout.muted}>
              {layers.length > 1
                ? `${countOf(layers.length, 'configuration')} merged as the agent merges them`
                : ''}
            </span>
          }
          isFlush
        >
          <OriginLines
            body={merged.body}
            origins={merged.lines.map((places) => places.map((place) => layers[place]?.name ?? ''))}
          />
        </Panel>
      )}
    </>
  );
}
