import type { DriftAgent } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { AgentLink } from '../components/agent-link.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { Foreign } from '../components/foreign.tsx';
import layout from '../components/layout.module.css';
import { Paged } from '../components/paged.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { driftQueries } from '../data/drift-queries.ts';

function Policy({ agent }: { readonly agent: DriftAgent }) {
  const { reassert } = agent;
  return (
    <span className={reassert?.isStopped === true ? layout.name : layout.muted}>
      {reassert === null ? (
        'Off'
      ) : (
        <span title={reassert.isStopped ? 'Gave up after the last attempt' : 'Attempts by the policy'}>
          {reassert.tries} of {reassert.maxTries}
          {reassert.lastAt === null ? null : (
            <>
              {', last '}
              <Time at={reassert.lastAt} />
            </>
          )}
          {reassert.isStopped ? ', gave up' : ''}
        </span>
      )}
    </span>
  );
}

function stackText({ remoteConfig }: DriftAgent): string {
  return remoteConfig.configs.map(({ name, revision }) => `${name} r${revision}`).join(', ');
}

const columns: readonly DataColumn<DriftAgent>[] = [
  {
    id: 'name',
    header: 'Agent',
    track: 'minmax(160px, 1.4fr)',
    cell: (agent) => <AgentLink agent={agent} tab="configuration" />,
  },
  {
    id: 'config',
    header: 'Intended',
    track: 'minmax(140px, 1.4fr)',
    cell: (agent) => (
      <span className={layout.muted} title={stackText(agent)}>
        {stackText(agent)}
      </span>
    ),
  },
  {
    id: 'host',
    header: 'Host',
    track: 'minmax(120px, 1.4fr)',
    minTableWidth: 760,
    cell: ({ hostName }) => (
      <span className={layout.muted}>{hostName === '' ? '–' : <Foreign text={hostName} />}</span>
    ),
  },
  {
    id: 'policy',
    header: 'Policy',
    track: 'minmax(108px, 1fr)',
    minTableWidth: 900,
    cell: (agent) => <Policy agent={agent} />,
  },
  {
    id: 'state',
    header: 'State',
    track: '128px',
    cell: (agent) => <StateBadge state={connectionWords[agent.connection.state]} />,
  },
  {
    id: 'seen',
    header: 'Last message',
    track: '104px',
    align: 'end',
    minTableWidth: 700,
    cell: (agent) => (
      <span className={layout.muted}>
        <Time at={agent.connection.lastMessageAt} />
      </span>
    ),
  },
];

/** Who drifts; each leads to what that agent runs and is meant to. */
export function DriftAgents(props: { readonly selector: string; readonly path: string | undefined }) {
  const query = useInfiniteQuery(driftQueries.agents(useApi(), props.selector, props.path));
  return (
    <Paged query={query} what="The agents could not be loaded">
      {({ rows, total, onNearEnd }) =>
        total === 0 ? (
          <p className={layout.muted}>None left.</p>
        ) : (
          <DataTable
            label="Drifted agents"
            columns={columns}
            rows={rows}
            total={total}
            rowKey={({ instanceUid }) => instanceUid}
            compact={(agent) => (
              <div className={layout.card}>
                <div className={layout.cardLine}>
                  <AgentLink agent={agent} tab="configuration" />
                  <StateBadge state={connectionWords[agent.connection.state]} />
                </div>
                <span className={layout.muted}>{stackText(agent)}</span>
              </div>
            )}
            onNearEnd={onNearEnd}
          />
        )
      }
    </Paged>
  );
}
