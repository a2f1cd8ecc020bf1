import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { Suggestion } from '../components/suggestion.tsx';
import { type AgentFilterText, agentFilterOf, hasFilter, selectorMeantBy } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import { isSelectorFault } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { useTitle } from '../shell/use-title.ts';
import { AgentCard } from './agent-card.tsx';
import { chosenAgents } from './agent-choice.ts';
import { ColumnChooser } from './column-chooser.tsx';
import { ConnectAgents } from './connect-agents.tsx';
import { DriftNote } from './drift-note.tsx';
import { EnrolmentFilters, WaitingNote } from './enrolment-filters.tsx';
import { ExportMenu } from './export-menu.tsx';
import { FacetMenu } from './facet-menu.tsx';
import styles from './fleet.module.css';
import { FleetCounts } from './fleet-counts.tsx';
import { FleetGroups } from './fleet-groups.tsx';
import { FleetSearch } from './fleet-search.tsx';
import { FleetSelection } from './fleet-selection.tsx';
import { chosenOfGroups } from './group-choice.ts';
import { GroupMenu } from './group-menu.tsx';
import { isSomebody } from './row-choice.ts';
import { RunFilters } from './run-filters.tsx';
import { SelectorFilter } from './selector-filter.tsx';
import { SelectorHelp } from './selector-help.tsx';
import { useAgentChoice } from './use-agent-choice.ts';
import { useAgentPage } from './use-agent-page.ts';
import { useFleetColumns } from './use-fleet-columns.ts';
import { useFleetGroups } from './use-fleet-groups.ts';
import { useFleetList } from './use-fleet-list.ts';
import { ViewTabs } from './view-tabs.tsx';

const route = getRouteApi('/inside/agents');

export function FleetPage() {
  useTitle('Fleet');
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { sort, cols, by, ...rest } = search;
  const filterText = JSON.stringify(rest);
  const filter = useMemo(() => JSON.parse(filterText) as AgentFilterText, [filterText]);

  const change = useCallback(
    (part: Partial<typeof search>) => {
      void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const columns = useFleetColumns(cols, change);
  const list = useFleetList(filter, by === undefined ? sort : undefined, columns.attributes);
  const stats = useQuery(queries.stats(api, filter));
  const everything = useQuery(queries.stats(api));
  const fleetSize = everything.data?.total;
  const onSearch = useCallback((q: string) => change({ q: q === '' ? undefined : q }), [change]);

  const { reload, rows, total, query } = list;
  useAgentPage(rows[0]?.instanceUid);
  const choosing = useAgentChoice(filterText, rows, list.removed);
  const grouped = useFleetGroups(filter, by, sort);
  const matching = stats.data?.total ?? total;
  const chosen =
    by !== undefined && isSomebody(grouped.choosing.choice)
      ? chosenOfGroups(grouped.choosing.choice, by, filter, grouped.groups, matching)
      : chosenAgents(choosing.choice, filter, matching);
  const waiting =
    stats.data === undefined || stats.isPlaceholderData || list.isOld ? 0 : stats.data.total - total;
  // Nothing is under the hand while nothing is shown.
  useEffect(() => {
    if (waiting > 0 && rows.length === 0 && !query.isFetching) reload();
  }, [waiting, rows.length, query.isFetching, reload]);

  if (fleetSize === 0 && !hasFilter(filter))
    return <ConnectAgents silent={everything.data?.silentConnections ?? 0} />;

  const selectorFault = isSelectorFault(query.error) ? query.error : null;
  const meant = selectorMeantBy(filter.q ?? '');
  return (
    <>
      <PageHeader
        title="Fleet"
        aside={
          <span className={styles.muted}>
            {stats.data === undefined
              ? ''
              : hasFilter(filter) && fleetSize !== undefined
                ? `${formatCount(stats.data.total)} of ${countOf(fleetSize, 'agent')}`
                : countOf(stats.data.total, 'agent')}
          </span>
        }
        actions={
          <>
            <ExportMenu filter={filter} sort={sort} columns={columns.ids} />
            <LinkButton
              to="/rollouts/new"
              search={{ selector: agentFilterOf(filter).selector }}
              variant="filled"
            >
              Roll out
            </LinkButton>
          </>
        }
      />
      <ViewTabs search={search} />
      <FleetCounts filter={filter} onChange={change} />
      <div className={styles.tools}>
        <FleetSearch
          value={filter.q ?? ''}
          onChange={onSearch}
          error={selectorFault}
          beside={filter.selector}
        />
        <div className={styles.facets}>
          <FacetMenu
            label="Type"
            values={stats.data?.type ?? []}
            chosen={filter.type}
            onChange={(type) => change({ type })}
          />
          <FacetMenu
            label="Version"
            values={stats.data?.version ?? []}
            chosen={filter.version}
            onChange={(version) => change({ version })}
          />
          {filter.config === undefined ? null : (
            <Button data-chosen className={styles.facetButton} onClick={() => change({ config: undefined })}>
              Configuration: {filter.config} ×
            </Button>
          )}
          <RunFilters filter={filter} onChange={change} />
          <EnrolmentFilters filter={filter} onChange={change} />
          <SelectorFilter selector={filter.selector} onRelease={() => change({ selector: undefined })} />
          <GroupMenu by={by} onChange={(next) => change({ by: next, sort: undefined })} />
          {by === undefined ? <ColumnChooser ids={columns.ids} onChange={columns.choose} /> : null}
        </div>
      </div>
      <div className={styles.remarks}>
        <WaitingNote waiting={everything.data?.enrolment.pending ?? 0} />
        {filter.drift?.includes('drifted') ? (
          <DriftNote drifted={stats.data?.drift.drifted ?? 0} selector={agentFilterOf(filter).selector} />
        ) : null}
        {(everything.data?.silentConnections ?? 0) === 0 ? null : (
          <Note tone="look">
            {countOf(everything.data?.silentConnections ?? 0, 'connection')} opened without identifying an
            agent.
          </Note>
        )}
        <div role="status" className={styles.pillPlace}>
          {waiting !== 0 && rows.length > 0 ? (
            <button type="button" className={styles.pill} onClick={reload}>
              {waiting > 0 ? `${countOf(waiting, 'new agent')}` : `${countOf(-waiting, 'agent')} fewer`}:
              refresh
            </button>
          ) : null}
        </div>
      </div>
      {selectorFault !== null && (by !== undefined || rows.length === 0) ? (
        <SelectorHelp onExample={onSearch} />
      ) : by !== undefined ? (
        <FleetGroups
          list={grouped}
          search={search}
          filter={filter}
          by={by}
          onSort={(next) => change({ sort: next })}
        />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState
          error={query.error}
          what="The fleet could not be loaded"
          onRetry={() => void query.refetch()}
        />
      ) : query.isPending && rows.length === 0 ? (
        <SkeletonRows rows={10} />
      ) : rows.length === 0 ? (
        <EmptyState
          title="No agent matches"
          action={<Button onClick={() => void navigate({ search: {} })}>Clear all filters</Button>}
        >
          {fleetSize === undefined
            ? null
            : `None of ${countOf(fleetSize, 'agent')} matches all filters above.`}{' '}
          {meant === undefined ? null : <Suggestion text={meant} verb="Search for" onTake={onSearch} />}
        </EmptyState>
      ) : (
        <>
          {query.isError && selectorFault === null ? (
            <div className={styles.stale}>
              <FailureNote error={query.error} />
            </div>
          ) : null}
          <div className={list.isOld ? styles.old : undefined} aria-busy={list.isOld}>
            <DataTable
              label="Agents"
              columns={columns.columns}
              rows={rows}
              total={total}
              rowKey={(agent) => agent.instanceUid}
              compact={(agent) => <AgentCard agent={agent} />}
              sort={sort ?? 'name'}
              onSort={(next) => change({ sort: next === 'name' ? undefined : next })}
              onNearEnd={list.onNearEnd}
              onVisible={list.onVisible}
              isPending={list.isPending}
              isDimmed={(agent) => list.removed.has(agent.instanceUid)}
              selection={choosing.table}
            />
            {query.isFetchingNextPage ? <SkeletonRows rows={2} /> : null}
          </div>
        </>
      )}
      <FleetSelection
        agents={chosen}
        matching={matching}
        onChooseAll={by === undefined ? choosing.chooseAll : grouped.choosing.chooseAll}
        onClear={() => {
          choosing.clear();
          grouped.choosing.clear();
        }}
        onForgotten={reload}
      />
    </>
  );
}
