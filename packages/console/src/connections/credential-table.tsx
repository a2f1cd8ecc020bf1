import type { Credential } from '@drover/api';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AgentTitle } from '../components/agent-title.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords, credentialStateWords } from '../components/tone.ts';
import styles from './connections.module.css';
import { credentialKindOfOwnWords } from './enrolment-words.ts';

function AgentLink({ credential: { agent, instanceUid } }: { readonly credential: Credential }) {
  if (agent === null)
    return <span className={styles.muted}>…{instanceUid.slice(-4)}, a forgotten agent</span>;
  return (
    <Link
      to="/agents/$uid"
      params={{ uid: instanceUid }}
      search={{ tab: 'connection' }}
      data-row-link
      className={styles.name}
    >
      <AgentTitle name={agent.displayName} uid={instanceUid} />
    </Link>
  );
}

function TimeOr(props: { readonly at: string | null; readonly otherwise: string }) {
  return <span className={styles.muted}>{props.at === null ? props.otherwise : <Time at={props.at} />}</span>;
}

const columns: readonly DataColumn<Credential>[] = [
  {
    id: 'agent',
    header: 'Agent',
    track: 'minmax(170px, 1.6fr)',
    cell: (credential) => <AgentLink credential={credential} />,
  },
  {
    id: 'kind',
    header: 'Kind',
    track: '88px',
    minTableWidth: 840,
    cell: ({ kind }) => <span className={styles.muted}>{credentialKindOfOwnWords[kind]}</span>,
  },
  {
    id: 'state',
    header: 'Credential',
    track: 'minmax(120px, 1fr)',
    cell: ({ state }) => <StateBadge state={credentialStateWords[state]} />,
  },
  {
    id: 'connection',
    header: 'Connection',
    track: '124px',
    minTableWidth: 900,
    cell: ({ agent }) => (agent === null ? '–' : <StateBadge state={connectionWords[agent.state]} />),
  },
  {
    id: 'lastUsedAt',
    header: 'Last used',
    track: '104px',
    sortField: 'lastUsedAt',
    cell: ({ lastUsedAt }) => <TimeOr at={lastUsedAt} otherwise="Never" />,
  },
  {
    id: 'expires',
    header: 'Expires',
    track: '96px',
    cell: ({ expiresAt }) => <TimeOr at={expiresAt} otherwise="Never" />,
  },
  {
    id: 'createdAt',
    header: 'Created',
    track: 'minmax(130px, 1fr)',
    minTableWidth: 760,
    sortField: 'createdAt',
    cell: ({ createdAt, createdBy }) => (
      <span className={styles.muted}>
        <Time at={createdAt} /> by {createdBy}
      </span>
    ),
  },
];

function CredentialCard({ credential }: { readonly credential: Credential }): ReactNode {
  return (
    <div className={styles.cardColumn}>
      <div className={styles.cardLine}>
        <AgentLink credential={credential} />
        <StateBadge state={credentialStateWords[credential.state]} />
      </div>
      <div className={styles.cardLine}>
        <span className={styles.muted}>
          Last used: <TimeOr at={credential.lastUsedAt} otherwise="never" />
        </span>
        <span className={styles.muted}>
          Expires: <TimeOr at={credential.expiresAt} otherwise="never" />
        </span>
      </div>
    </div>
  );
}

/** Credentials of agents of their own, each with its agent. */
export function CredentialTable(props: {
  readonly rows: readonly Credential[];
  readonly total: number;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly onNearEnd: () => void;
}) {
  return (
    <DataTable
      label="Credentials"
      columns={columns}
      rows={props.rows}
      total={props.total}
      rowKey={({ id }) => id}
      compact={(credential) => <CredentialCard credential={credential} />}
      sort={props.sort}
      onSort={props.onSort}
      onNearEnd={props.onNearEnd}
    />
  );
}
