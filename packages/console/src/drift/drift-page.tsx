import type { ReassertSelection } from '@drover/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { driftQueries } from '../data/drift-queries.ts';
import { selectorFaultOf } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './drift.module.css';
import { DriftAgents } from './drift-agents.tsx';
import { DriftGroups } from './drift-groups.tsx';
import { ReassertDialog } from './reassert-dialog.tsx';
import { ReassertRuns } from './reassert-runs.tsx';

const route = getRouteApi('/inside/drift');

/** Who runs something else than intended, in what, and the way to set it right. */
export function DriftPage() {
  useTitle('Drift');
  const api = useApi();
  const { selector = '', path } = route.useSearch();
  const navigate = route.useNavigate();
  const [asked, setAsked] = useState<ReassertSelection>();
  const [reasserted, setReasserted] = useState<number>();
  const onSelector = useCallback(
    (text: string) => {
      void navigate({
        search: (known) => ({ ...known, selector: text === '' ? undefined : text }),
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const stats = useQuery(queries.selectorStats(api, selector)).data;
  const query = useInfiniteQuery(driftQueries.groups(api, selector));
  const groups = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const selectorFault = selectorFaultOf(query.error);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const onReassert = useCallback(
    (group: { readonly path: string }) => setAsked({ selector, path: group.path }),
    [selector],
  );
  const drifted = first?.drifted ?? 0;
  return (
    <>
      <PageHeader
        title="Drift"
        aside={
          stats === undefined || first === undefined ? null : (
            <span className={layout.muted}>
              {formatCount(drifted)} of {countOf(stats.total, 'agent')} {drifted === 1 ? 'has' : 'have'}{' '}
              drifted
            </span>
          )
        }
        below="Effective compared with intended configuration, by meaning: order, defaults and what a supervisor adds are ignored."
        actions={
          drifted === 0 ? null : (
            <Button variant="filled" onClick={() => setAsked({ selector })}>
              Re-assert…
            </Button>
          )
        }
      />
      <div className={layout.column}>
        <div className={styles.selector}>
          <SearchLine
            label="Only agents matching a selector"
            placeholder="Filter by selector: env=prod, os.type=linux"
            value={selector}
            onChange={onSelector}
            fault={selectorFault}
            completes
          />
        </div>
        <ReassertRuns />
        {reasserted === undefined ? null : (
          <Note tone="progress" actions={<Button onClick={() => setReasserted(undefined)}>Close</Button>}>
            <span role="status">
              {countOf(reasserted, 'agent')} {reasserted === 1 ? 'is' : 'are'} being asked. An agent leaves
              this list once it runs its intended configuration.
            </span>
          </Note>
        )}
        {selectorFault !== undefined ? null : first === undefined ? (
          query.isError ? (
            <ErrorState
              error={query.error}
              what="Drift could not be loaded"
              onRetry={() => void query.refetch()}
            />
          ) : (
            <SkeletonRows rows={6} />
          )
        ) : drifted === 0 ? (
          <EmptyState title={selector === '' ? 'No agent has drifted' : 'No matching agent has drifted'}>
            {stats === undefined
              ? null
              : `${countOf(stats.drift.none, 'agent')} ${stats.drift.none === 1 ? 'runs' : 'run'} as intended, ${countOf(stats.drift.unknown, 'agent')} cannot be compared: nothing is intended for them, or they do not report what they run.`}
          </EmptyState>
        ) : (
          <>
            {first.waiting === 0 ? null : (
              <Note tone="gone">
                {countOf(first.waiting, 'more drifted agent')} still being compared after the server’s
                restart; {first.waiting === 1 ? 'its' : 'their'} differences will appear here soon.
              </Note>
            )}
            {first.reassertStopped === 0 ? null : (
              <Note tone="look">
                The policy gave up on {countOf(first.reassertStopped, 'agent')} of the fleet after its last
                attempt: re-assert by hand, or roll out another configuration.
              </Note>
            )}
            {first.isCut ? (
              <Note tone="look">
                There are too many different differences to list them all. Narrow them down with a selector.
              </Note>
            ) : null}
            <section aria-label="Differences">
              <h2 className={styles.heading}>Differences</h2>
              <DriftGroups
                groups={groups}
                total={first.total}
                selector={selector}
                onReassert={onReassert}
                onNearEnd={onNearEnd}
              />
            </section>
            <section aria-label="Agents">
              <div className={styles.heading}>
                <h2>
                  {path === undefined ? (
                    'Agents'
                  ) : (
                    <>
                      Agents that differ at <code>{path}</code>
                    </>
                  )}
                </h2>
                {path === undefined ? null : (
                  <Button
                    variant="subtle"
                    onClick={() =>
                      void navigate({
                        search: (known) => ({ ...known, path: undefined }),
                        resetScroll: false,
                      })
                    }
                  >
                    Show all drifted agents
                  </Button>
                )}
              </div>
              <DriftAgents selector={selector} path={path} />
            </section>
          </>
        )}
      </div>
      {asked === undefined ? null : (
        <ReassertDialog selection={asked} onClose={() => setAsked(undefined)} onDone={setReasserted} />
      )}
    </>
  );
}
