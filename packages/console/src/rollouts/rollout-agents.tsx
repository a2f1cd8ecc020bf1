import type { RolloutAgent, RolloutAgentState } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { AgentLink } from '../components/agent-link.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { Paged } from '../components/paged.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords, rolloutAgentWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import type { WouldRunSearch } from '../page-search.ts';
import styles from './rollouts.module.css';

const progressColumns: readonly DataColumn<RolloutAgent>[] = [
  {
    id: 'state',
    header: 'State',
    track: '124px',
    cell: (agent) => <StateBadge state={rolloutAgentWords[agent.state]} />,
  },
  {
    id: 'name',
    header: 'Agent',
    track: 'minmax(140px, 1fr)',
    cell: (agent) => <AgentLink agent={agent} tab="configuration" />,
  },
  {
    id: 'reason',
    header: 'Reason',
    track: 'minmax(160px, 2.4fr)',
    cell: (agent) => (
      <span className={agent.state === 'failed' ? styles.broken : styles.muted} title={agent.reason}>
        {agent.reason !== ''
          ? agent.reason
          : agent.isConnected
            ? '–'
            : 'Not connected: gets it when it reconnects'}
      </span>
    ),
  },
  {
    id: 'changed',
    header: 'Changed',
    track: '104px',
    align: 'end',
    minTableWidth: 700,
    cell: (agent) => (
      <span className={styles.muted}>
        <Time at={agent.changedAt} />
      </span>
    ),
  },
];

/** Before it starts nothing has a state yet: only who, and why not. */
const previewColumns: readonly DataColumn<RolloutAgent>[] = [
  {
    id: 'name',
    header: 'Agent',
    track: 'minmax(140px, 1fr)',
    cell: (agent) => <AgentLink agent={agent} tab="configuration" />,
  },
  {
    id: 'link',
    header: 'Connection',
    track: '132px',
    cell: (agent) => <StateBadge state={connectionWords[agent.isConnected ? 'connected' : 'disconnected']} />,
  },
  {
    id: 'reason',
    header: 'Note',
    track: 'minmax(120px, 2fr)',
    cell: (agent) => (
      <span className={styles.muted} title={agent.reason}>
        {agent.reason !== '' ? agent.reason : agent.isConnected ? '–' : 'gets it when it reconnects'}
      </span>
    ),
  },
];

/** Where a stack is given, each agent has a way to what it would run of it. */
function withWouldRun(stack: WouldRunSearch): readonly DataColumn<RolloutAgent>[] {
  return [
    ...previewColumns,
    {
      id: 'would-run',
      header: 'What it would run',
      track: '140px',
      cell: (agent) => <WouldRunLink agent={agent} stack={stack} />,
    },
  ];
}

function WouldRunLink({ agent, stack }: { readonly agent: RolloutAgent; readonly stack: WouldRunSearch }) {
  return (
    <Link
      to="/agents/$uid/would-run"
      params={{ uid: agent.instanceUid }}
      search={stack}
      className={styles.above}
      aria-label={`Show what ${agent.displayName} would run`}
    >
      {' '}
      Show{' '}
    </Link>
  );
}

export function RolloutAgentTable(props: {
  readonly isPreview?: boolean;
  /** What the preview is of. */
  readonly stack?: WouldRunSearch;
  readonly label: string;
  readonly agents: readonly RolloutAgent[];
  readonly total: number;
  readonly onNearEnd?: () => void;
}) {
  const { stack } = props;
  const columns = useMemo(() => (stack === undefined ? previewColumns : withWouldRun(stack)), [stack]);
  return (
    <DataTable
      label={props.label}
      columns={props.isPreview === true ? columns : progressColumns}
      rows={props.agents}
      total={props.total}
      rowKey={(agent) => agent.instanceUid}
      {...(props.onNearEnd === undefined ? {} : { onNearEnd: props.onNearEnd })}
      compact={(agent) => (
        <div className={styles.card}>
          <div className={styles.cardLine}>
            <AgentLink agent={agent} tab="configuration" />
            <StateBadge
              state={
                props.isPreview === true
                  ? connectionWords[agent.isConnected ? 'connected' : 'disconnected']
                  : rolloutAgentWords[agent.state]
              }
            />
          </div>
          <span className={agent.state === 'failed' ? styles.broken : styles.muted}>
            {agent.reason !== '' ? agent.reason : agent.isConnected ? '' : 'Not connected'}
          </span>
          {stack === undefined ? null : <WouldRunLink agent={agent} stack={stack} />}
        </div>
      )}
    />
  );
}

interface RolloutAgentsProps {
  readonly id: string;
  readonly state: RolloutAgentState | undefined;
  /** From 0; undefined for all. */
  readonly wave: number | undefined;
  readonly title: string;
}

export function RolloutAgents({ id, state, wave, title }: RolloutAgentsProps) {
  const query = useInfiniteQuery(queries.rolloutAgents(useApi(), id, state, wave));
  return (
    <Paged query={query} what="The agents could not be loaded">
      {({ rows, total, onNearEnd }) => (
        <section aria-label={title}>
          <h2 className={styles.heading}>{title}</h2>
          {total === 0 ? (
            <p className={styles.muted}>None.</p>
          ) : (
            <RolloutAgentTable label={title} agents={rows} total={total} onNearEnd={onNearEnd} />
          )}
        </section>
      )}
    </Paged>
  );
}
