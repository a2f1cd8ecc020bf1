import type { AgentSummary, Config } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AgentLink } from '../components/agent-link.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { countOf } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Paged } from '../components/paged.tsx';
import { Panel } from '../components/panel.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { connectionWords, syncWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './configs.module.css';

function columnsFor(name: string): readonly DataColumn<AgentSummary>[] {
  return [
    {
      id: 'name',
      header: 'Agent',
      track: 'minmax(160px, 1.4fr)',
      cell: (agent) => <AgentLink agent={agent} />,
    },
    {
      id: 'revision',
      header: 'Intended',
      track: '80px',
      cell: (agent) => <span className={styles.muted}>r{revisionOf(agent, name)}</span>,
    },
    {
      id: 'sync',
      header: 'Sync',
      track: '120px',
      cell: (agent) => <StateBadge state={syncWords[agent.remoteConfig.syncState]} />,
    },
    {
      id: 'state',
      header: 'State',
      track: '128px',
      cell: (agent) => <StateBadge state={connectionWords[agent.connection.state]} />,
    },
    {
      id: 'error',
      header: 'Error',
      track: 'minmax(160px, 2fr)',
      minTableWidth: 800,
      cell: (agent) => (
        <span className={styles.muted} title={agent.remoteConfig.errorMessage}>
          {agent.remoteConfig.errorMessage === '' ? '–' : agent.remoteConfig.errorMessage}
        </span>
      ),
    },
  ];
}

function revisionOf(agent: AgentSummary, name: string): string {
  return String(agent.remoteConfig.configs.find((config) => config.name === name)?.revision ?? '?');
}

/** Who is to run which revision, and whether they do. */
export function ConfigAgents({ config }: { readonly config: Config }) {
  const api = useApi();
  const {
    name,
    use: { byRevision },
  } = config;
  const query = useInfiniteQuery(queries.configAgents(api, name));
  const columns = useMemo(() => columnsFor(name), [name]);
  return (
    <Paged query={query} what="The agents could not be loaded">
      {({ rows, total, onNearEnd }) =>
        total === 0 ? (
          <EmptyState
            title="Not intended for any agent yet"
            action={
              <LinkButton to="/rollouts/new" search={{ config: name }}>
                Select agents
              </LinkButton>
            }
          >
            A rollout gives it to the agents you select.
          </EmptyState>
        ) : (
          <div className={styles.column}>
            {byRevision.length === 0 ? null : (
              <Panel title="By revision">
                <ul className={styles.byRevision}>
                  {byRevision.map(({ revision, agents: count }) => (
                    <li key={revision}>
                      <strong>r{revision}</strong> {countOf(count, 'agent')}
                      {revision === config.revision.number ? ' (latest)' : ''}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
            <DataTable
              label="Intended agents"
              columns={columns}
              rows={rows}
              total={total}
              rowKey={(agent) => agent.instanceUid}
              onNearEnd={onNearEnd}
              compact={(agent) => (
                <div className={styles.card}>
                  <div className={styles.cardLine}>
                    <AgentLink agent={agent} />
                    <span className={styles.muted}>r{revisionOf(agent, name)}</span>
                  </div>
                  <div className={styles.cardLine}>
                    <StateBadge state={connectionWords[agent.connection.state]} />
                    <StateBadge state={syncWords[agent.remoteConfig.syncState]} />
                  </div>
                </div>
              )}
            />
          </div>
        )
      }
    </Paged>
  );
}
