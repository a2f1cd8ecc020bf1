import type { AgentGroup } from '@drover/api';
import { Link } from '@tanstack/react-router';
import type { DataColumn } from '../components/data-column.ts';
import { formatCount } from '../components/format.ts';
import { ToneShape } from '../components/state-badge.tsx';
import type { Tone } from '../components/tone.ts';
import { type AgentFilterText, narrowed } from '../data/agent-filter.ts';
import type { FleetSearchParams } from '../page-search.ts';
import styles from './fleet.module.css';
import { groupWord } from './group-menu.tsx';

/** What the fleet's page looks for when it shows the agents of a group. */
function searchOf(search: FleetSearchParams, filter: AgentFilterText, by: string, group: AgentGroup) {
  const field = group.value !== null && (by === 'type' || by === 'version') ? by : undefined;
  const part = field === undefined ? narrowed(filter, group.selector) : { [field]: group.value };
  return { ...search, ...part, by: undefined, sort: undefined };
}

interface GroupLinkProps {
  readonly group: AgentGroup;
  readonly search: FleetSearchParams;
  readonly filter: AgentFilterText;
  readonly by: string;
}

/** The name of a group, which leads to its agents. */
export function GroupLink({ group, search, filter, by }: GroupLinkProps) {
  return (
    <Link
      to="/agents"
      search={searchOf(search, filter, by, group)}
      data-row-link
      className={styles.name}
      title={group.value ?? undefined}
    >
      {group.value === null ? (
        <span className={styles.faint}>Without {groupWord(by)}</span>
      ) : (
        <bdi>{group.value === '' ? '""' : group.value}</bdi>
      )}
    </Link>
  );
}

export function GroupCount(props: { readonly count: number; readonly tone?: Tone; readonly word?: string }) {
  if (props.count === 0) return <span className={styles.faint}>0{props.word}</span>;
  return (
    <span className={styles.count}>
      {props.tone === undefined ? null : <ToneShape tone={props.tone} />}
      {formatCount(props.count)}
      {props.word}
    </span>
  );
}

export function groupColumns(
  search: FleetSearchParams,
  filter: AgentFilterText,
  by: string,
): readonly DataColumn<AgentGroup>[] {
  const count = (
    id: string,
    header: string,
    read: (group: AgentGroup) => number,
    options: { readonly tone?: Tone; readonly minTableWidth?: number } = {},
  ): DataColumn<AgentGroup> => ({
    id,
    header,
    track: '96px',
    align: 'end',
    ...(options.minTableWidth === undefined ? {} : { minTableWidth: options.minTableWidth }),
    cell: (group) => (
      <GroupCount count={read(group)} {...(options.tone === undefined ? {} : { tone: options.tone })} />
    ),
  });
  return [
    {
      id: 'value',
      header: groupWord(by),
      track: 'minmax(180px, 1fr)',
      sortField: 'value',
      cell: (group) => <GroupLink group={group} search={search} filter={filter} by={by} />,
    },
    { ...count('agents', 'Agents', ({ agents }) => agents), sortField: 'agents' },
    count('connected', 'Connected', ({ state }) => state.connected),
    count('stale', 'Stale', ({ state }) => state.stale, { tone: 'look', minTableWidth: 860 }),
    count('disconnected', 'Disconnected', ({ state }) => state.disconnected, { minTableWidth: 760 }),
    count('healthy', 'Healthy', ({ health }) => health.healthy, { minTableWidth: 980 }),
    count('unhealthy', 'Unhealthy', ({ health }) => health.unhealthy, { tone: 'broken' }),
    count('inSync', 'In sync', ({ sync }) => sync.in_sync, { minTableWidth: 1080 }),
    count('failed', 'Failed', ({ sync }) => sync.failed, { tone: 'broken' }),
  ];
}
