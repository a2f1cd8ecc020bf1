import type { ConfigDetail } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { formatBytes } from '../components/format.ts';
import { Identifier } from '../components/identifier.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { isNotFound } from '../data/failure-text.ts';
import { partCode } from '../data/page-code.ts';
import { queries } from '../data/queries.ts';
import styles from './configs.module.css';

const route = getRouteApi('/inside/configs/$name');
const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);
const MeaningDiff = lazy(
  partCode(() =>
    import('../components/meaning-diff.tsx').then((module) => ({ default: module.MeaningDiff })),
  ),
);
const GraphPanel = lazy(
  partCode(() => import('../pipelines/graph-panel.tsx').then((module) => ({ default: module.GraphPanel }))),
);
const CodeEditor = lazy(
  partCode(() => import('../components/code-editor.tsx').then((module) => ({ default: module.CodeEditor }))),
);

/** All revisions, and the difference between any two of them; the sides stand in the address. */
export function ConfigRevisions({ config }: { readonly config: ConfigDetail }) {
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(queries.revisions(api, config.name));
  const to = search.to ?? config.revision.number;
  const from = search.from ?? Math.max(1, to - 1);
  const choose = (part: { from?: number; to?: number }) =>
    void navigate({ search: { tab: 'revisions', from, to, ...part }, replace: true, resetScroll: false });

  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The revisions could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  return (
    <div className={styles.column}>
      <Panel title="Revisions" aside={<span className={styles.muted}>Select two to compare</span>} isFlush>
        <ul className={styles.revisions}>
          {query.data.items.map((revision) => (
            <li key={revision.number} className={styles.revision}>
              <span className={styles.sides}>
                <label className={styles.side}>
                  <input
                    type="radio"
                    name="from"
                    aria-label={`Compare from r${revision.number}`}
                    checked={from === revision.number}
                    onChange={() => choose({ from: revision.number })}
                  />
                  <span aria-hidden>from</span>
                </label>
                <label className={styles.side}>
                  <input
                    type="radio"
                    name="to"
                    aria-label={`Compare to r${revision.number}`}
                    checked={to === revision.number}
                    onChange={() => choose({ to: revision.number })}
                  />
                  <span aria-hidden>to</span>
                </label>
              </span>
              <strong>r{revision.number}</strong>
              <span className={styles.revisionWho}>
                {revision.author}, <Time at={revision.createdAt} />
                {revision.message === '' ? null : (
                  <span className={styles.revisionWhy}>{revision.message}</span>
                )}
              </span>
              <span className={styles.muted}>{formatBytes(revision.bytes)}</span>
              <span className={styles.revisionHash}>
                <Identifier value={revision.hash} of={`hash of r${revision.number}`} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Comparison name={config.name} from={from} to={to} line={search.line} />
    </div>
  );
}

function Comparison(props: {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly line: number | undefined;
}) {
  const api = useApi();
  const before = useQuery(queries.revision(api, props.name, props.from));
  const after = useQuery(queries.revision(api, props.name, props.to));
  const failed = [before, after].find((side) => side.isError);
  if (failed !== undefined && isNotFound(failed.error)) {
    const number = failed === before ? props.from : props.to;
    return (
      <Note
        tone="broken"
        isAlert
        actions={
          <LinkButton to="/configs/$name" params={{ name: props.name }} search={{ tab: 'revisions' }}>
            Compare the latest two
          </LinkButton>
        }
      >
        <strong>
          “{props.name}” has no revision r{number}.
        </strong>{' '}
        Select one of those above.
      </Note>
    );
  }
  if (failed !== undefined) {
    return (
      <ErrorState
        error={failed.error}
        what="A revision could not be loaded"
        onRetry={() => void failed.refetch()}
      />
    );
  }
  if (before.data === undefined || after.data === undefined) return <SkeletonRows rows={6} />;
  return (
    <Suspense fallback={<SkeletonRows rows={6} />}>
      {props.from === props.to ? null : <MeaningDiff before={before.data.body} after={after.data.body} />}
      <GraphPanel key={props.to} title={`Pipelines of r${props.to}`} text={after.data.body} />
      <Panel title={props.from === props.to ? `r${props.to}` : `From r${props.from} to r${props.to}`} isFlush>
        {props.from === props.to ? (
          <CodeEditor value={after.data.body} label={`Body of r${props.to}`} line={props.line} isReadOnly />
        ) : (
          <DiffView
            before={before.data.body}
            after={after.data.body}
            beforeLabel={`r${props.from}`}
            afterLabel={`r${props.to}`}
          />
        )}
      </Panel>
    </Suspense>
  );
}
