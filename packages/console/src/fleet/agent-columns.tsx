import type { AgentSummary } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { AgentTitle } from '../components/agent-title.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { Foreign } from '../components/foreign.tsx';
import { MiddleText } from '../components/middle-text.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords, enrolmentWords, healthWord, syncWords } from '../components/tone.ts';
import styles from './fleet.module.css';

export function AgentName(props: { readonly agent: AgentSummary }) {
  return (
    <Link
      to="/agents/$uid"
      params={{ uid: props.agent.instanceUid }}
      data-row-link
      // The page that it leads to is loaded once, by the table: rows go by under the pointer when it is scrolled.
      preload={false}
      className={styles.name}
      dir="auto"
      title={props.agent.displayName}
    >
      {props.agent.displayName === props.agent.type ? (
        <AgentTitle name={props.agent.displayName} uid={props.agent.instanceUid} />
      ) : (
        <Foreign text={props.agent.displayName} />
      )}
    </Link>
  );
}

export function AgentHealth(props: { readonly agent: AgentSummary }) {
  const { health, connection } = props.agent;
  const badge = <StateBadge state={healthWord(health.state, connection.state)} />;
  const words = [health.status, health.lastError].filter(Boolean).join(': ');
  return health.state === 'unhealthy' && words !== '' ? (
    <span className={styles.above} data-hint={words}>
      {badge}
    </span>
  ) : (
    badge
  );
}

/** What it is to run, and whether it does. */
export function AgentConfig(props: { readonly agent: AgentSummary }) {
  const { configs, syncState, errorMessage } = props.agent.remoteConfig;
  const { state: enrolment } = props.agent.enrolment;
  if (enrolment !== 'approved') return <StateBadge state={enrolmentWords[enrolment]} />;
  if (configs.length === 0) return <span className={styles.faint}>Not managed</span>;
  const names = configs.map((config) => `${config.name} r${config.revision}`).join(', ');
  const state = syncWords[syncState];
  const badge = <StateBadge state={state}>{names}</StateBadge>;
  const words = `${names}: ${state.word.toLowerCase()}${errorMessage === '' ? '' : `, ${errorMessage}`}`;
  return (
    <span className={styles.above} data-hint={words}>
      {badge}
      <span className={styles.hidden}> {state.word}</span>
    </span>
  );
}

export function typeAndVersion(agent: AgentSummary): string {
  return [agent.type === '' ? 'Unknown type' : agent.type, agent.version].filter(Boolean).join(' ');
}

function Labels(props: { readonly agent: AgentSummary }) {
  const labels = Object.entries(props.agent.labels);
  if (labels.length === 0) return <span className={styles.faint}>–</span>;
  const text = labels.map(([key, value]) => `${key}=${value}`);
  return (
    <span className={styles.labels} title={text.join(', ')}>
      {text.map((label) => (
        <span key={label} className={styles.label}>
          {label}
        </span>
      ))}
    </span>
  );
}

export const agentColumns: readonly DataColumn<AgentSummary>[] = [
  {
    id: 'state',
    header: 'State',
    track: '108px',
    sortField: 'state',
    cell: (agent) => <StateBadge state={connectionWords[agent.connection.state]} />,
  },
  {
    id: 'name',
    header: 'Name',
    track: 'minmax(146px, 1.3fr)',
    sortField: 'name',
    cell: (agent) => <AgentName agent={agent} />,
  },
  {
    id: 'health',
    header: 'Health',
    track: '92px',
    sortField: 'health',
    cell: (agent) => <AgentHealth agent={agent} />,
  },
  {
    id: 'config',
    header: 'Configuration',
    track: 'minmax(112px, 1fr)',
    cell: (agent) => <AgentConfig agent={agent} />,
  },
  {
    id: 'type',
    header: 'Type and version',
    track: 'minmax(150px, 0.9fr)',
    minTableWidth: 792,
    sortField: 'version',
    cell: (agent) => (
      <span className={styles.muted} title={typeAndVersion(agent)}>
        {agent.type === '' ? (
          <span className={styles.faint}>Unknown type</span>
        ) : (
          <Foreign text={agent.type} />
        )}{' '}
        <Foreign text={agent.version} />
      </span>
    ),
  },
  {
    id: 'host',
    header: 'Host',
    track: 'minmax(168px, 1.8fr)',
    minTableWidth: 972,
    sortField: 'host',
    cell: (agent) => (
      <span className={styles.muted}>
        {agent.hostName === '' ? '–' : <MiddleText text={agent.hostName} />}
      </span>
    ),
  },
  {
    id: 'os',
    header: 'OS',
    track: '64px',
    minTableWidth: 1048,
    cell: (agent) => <span className={styles.muted}>{agent.osType === '' ? '–' : agent.osType}</span>,
  },
  {
    id: 'labels',
    header: 'Labels',
    track: 'minmax(72px, 1.2fr)',
    minTableWidth: 1132,
    cell: (agent) => <Labels agent={agent} />,
  },
  {
    id: 'seen',
    header: 'Last message',
    track: '92px',
    minTableWidth: 630,
    align: 'end',
    sortField: 'lastMessageAt',
    cell: (agent) => (
      <span className={styles.muted}>
        <Time at={agent.connection.lastMessageAt} />
      </span>
    ),
  },
];
