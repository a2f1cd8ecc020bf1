import { useMemo } from 'react';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import type { AgentFilterText } from '../data/agent-filter.ts';
import type { FleetSearchParams } from '../page-search.ts';
import styles from './fleet.module.css';
import { groupKeyOf } from './group-choice.ts';
import { GroupCount, GroupLink, groupColumns } from './group-columns.tsx';
import { groupWord } from './group-menu.tsx';
import type { FleetGroupList } from './use-fleet-groups.ts';

interface FleetGroupsProps {
  readonly list: FleetGroupList;
  readonly search: FleetSearchParams;
  readonly filter: AgentFilterText;
  readonly by: string;
  readonly onSort: (sort: string | undefined) => void;
}

/** The agents that the filters leave, in groups; a group leads to its agents, or is chosen with all of them. */
export function FleetGroups({ list, search, filter, by, onSort }: FleetGroupsProps) {
  const { query, groups } = list;
  const columns = useMemo(() => groupColumns(search, filter, by), [search, filter, by]);
  if (query.isError)
    return (
      <ErrorState
        error={query.error}
        what="The groups could not be loaded"
        onRetry={() => void query.refetch()}
      />
    );
  if (query.data === undefined) return <SkeletonRows rows={10} />;
  if (groups.length === 0)
    return <EmptyState title="No agent matches">No agent of the fleet matches all filters above.</EmptyState>;
  return (
    <DataTable
      label={`Groups by ${groupWord(by)}`}
      columns={columns}
      rows={groups}
      total={list.total}
      rowKey={groupKeyOf}
      compact={(group) => (
        <div className={styles.card}>
          <div className={styles.cardLine}>
            <GroupLink group={group} search={search} filter={filter} by={by} />
            <span>{countOf(group.agents, 'agent')}</span>
          </div>
          <div className={styles.cardLine}>
            <span className={styles.muted}>{formatCount(group.state.connected)} connected</span>
            <GroupCount count={group.health.unhealthy} tone="broken" word=" unhealthy" />
          </div>
        </div>
      )}
      sort={list.sort}
      onSort={(next) => onSort(next === '-agents' ? undefined : next)}
      onNearEnd={list.onNearEnd}
      selection={list.choosing.table}
    />
  );
}
