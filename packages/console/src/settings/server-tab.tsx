import type { Self, SelfHealth } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatBytes, formatCount } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { selfQueries } from '../data/self-queries.ts';
import { healthRemarks, millisecondsText } from './server-health.ts';
import styles from './settings.module.css';

const DATABASE_WORDS = { sqlite: 'SQLite, embedded', postgres: 'PostgreSQL' } as const;

/** How the process is that answers, kept current. */
export function ServerTab() {
  const api = useApi();
  const self = useQuery(queries.self(api));
  const health = useQuery(selfQueries.health(api));
  if (health.data === undefined || self.data === undefined) {
    const error = health.error ?? self.error;
    return error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <ErrorState
        error={error}
        what="The server’s status could not be loaded"
        onRetry={() => {
          void health.refetch();
          void self.refetch();
        }}
      />
    );
  }
  const remarks = healthRemarks(health.data);
  return (
    <>
      {health.isError ? (
        <div className={styles.note}>
          <Note tone="look">
            The server is not responding; this is its state from <Time at={health.data.at} />.
          </Note>
        </div>
      ) : null}
      <p className={styles.sentence}>
        {remarks.length === 0 ? (
          <StateBadge state={{ tone: 'well', word: 'This server is healthy' }} />
        ) : (
          remarks.map((remark) => <StateBadge key={remark.word} state={remark} />)
        )}
      </p>
      <div className={styles.panels}>
        <ProcessPanel self={self.data} health={health.data} />
        <DatabasePanel database={health.data.database} />
        <LoadPanel health={health.data} />
        <OwnMetricsPanel ownMetrics={health.data.ownMetrics} />
      </div>
    </>
  );
}

function ProcessPanel({ self, health }: { readonly self: Self; readonly health: SelfHealth }) {
  const { memory, eventLoop, cpuPercent } = health;
  return (
    <Panel title="Process">
      <Facts
        facts={[
          ['Version', self.version],
          ['Started', <Time key="up" at={health.startedAt} />],
          ['CPU', cpuPercent === null ? 'Not measured yet' : `${cpuPercent} % of one core`],
          [
            'Memory',
            `${formatBytes(memory.rssBytes)} resident, heap ${formatBytes(memory.heapUsedBytes)} of ${formatBytes(memory.heapLimitBytes)}`,
          ],
          [
            'Event loop delay',
            `p99 ${millisecondsText(eventLoop.p99Ms)}, max ${millisecondsText(eventLoop.maxMs)} in the last ${eventLoop.sinceSeconds} s`,
          ],
          ['Node.js', `${health.node}, process ${health.pid}`],
        ]}
      />
    </Panel>
  );
}

function DatabasePanel({ database }: { readonly database: SelfHealth['database'] }) {
  const { kind, isReachable, pingMs, sizeBytes, writes } = database;
  return (
    <Panel title="Database">
      <Facts
        facts={[
          ['Type', DATABASE_WORDS[kind]],
          [
            'State',
            <StateBadge
              key="state"
              state={
                isReachable ? { tone: 'well', word: 'Reachable' } : { tone: 'broken', word: 'Not responding' }
              }
            />,
          ],
          ['Response time', pingMs === null ? 'Unknown' : millisecondsText(pingMs)],
          ['Size', sizeBytes === null ? 'Unknown' : formatBytes(sizeBytes)],
          [
            'Writes',
            writes === null
              ? 'None yet'
              : `p50 ${millisecondsText(writes.p50Ms)}, p99 ${millisecondsText(writes.p99Ms)} of the last ${formatCount(writes.count)}`,
          ],
        ]}
      />
    </Panel>
  );
}

function LoadPanel({ health }: { readonly health: SelfHealth }) {
  const { links, agents, eventStreams } = health;
  return (
    <Panel title="Load and limits">
      <Facts
        facts={[
          [
            'Agent connections',
            `${formatCount(links.websocket)} WebSocket, ${formatCount(links.http)} HTTP${links.limit === null ? '; limited by the system' : `, limit ${formatCount(links.limit)}`}`,
          ],
          ['Not yet identified', formatCount(links.silent)],
          ['Known agents', `${formatCount(agents.known)}, limit ${formatCount(agents.limit)}`],
          ['Open consoles', `${formatCount(eventStreams.open)}, limit ${formatCount(eventStreams.limit)}`],
        ]}
      />
    </Panel>
  );
}

function OwnMetricsPanel({ ownMetrics }: { readonly ownMetrics: SelfHealth['ownMetrics'] }) {
  const { isOffered, selector, heardFrom } = ownMetrics;
  return (
    <Panel title="Agents’ own metrics">
      <Facts
        facts={[
          [
            'Offered',
            isOffered ? (
              selector === '' ? (
                'To all agents that can send them'
              ) : (
                <>
                  To agents matching{' '}
                  <Link to="/agents" search={{ q: selector }}>
                    {selector}
                  </Link>
                </>
              )
            ) : (
              'No: rollout flow gates judge by health alone (telemetry.ownMetrics.offer)'
            ),
          ],
          ['Received from', `${countOf(heardFrom, 'agent')} since startup`],
        ]}
      />
    </Panel>
  );
}
