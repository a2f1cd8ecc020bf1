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
        what="The server did not say how it is"
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
            The server does not answer just now; this is how it was <Time at={health.data.at} />.
          </Note>
        </div>
      ) : null}
      <p className={styles.sentence}>
        {remarks.length === 0 ? (
          <StateBadge state={{ tone: 'well', word: 'This server is well' }} />
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
          ['Up since', <Time key="up" at={health.startedAt} />],
          ['Processor', cpuPercent === null ? 'measured with the next look' : `${cpuPercent} % of one core`],
          [
            'Memory',
            `${formatBytes(memory.rssBytes)}, of it ${formatBytes(memory.heapUsedBytes)} of at most ${formatBytes(memory.heapLimitBytes)} heap`,
          ],
          [
            'Answers late by',
            `${millisecondsText(eventLoop.p99Ms)} at most in 99 of 100 cases, once ${millisecondsText(eventLoop.maxMs)}, in the last ${eventLoop.sinceSeconds} s`,
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
          ['Kind', DATABASE_WORDS[kind]],
          [
            'State',
            <StateBadge
              key="state"
              state={
                isReachable ? { tone: 'well', word: 'Answers' } : { tone: 'broken', word: 'Does not answer' }
              }
            />,
          ],
          ['Answer', pingMs === null ? 'Unknown' : millisecondsText(pingMs)],
          ['Size', sizeBytes === null ? 'Unknown' : formatBytes(sizeBytes)],
          [
            'Writes',
            writes === null
              ? 'None yet'
              : `${millisecondsText(writes.p50Ms)} usually, ${millisecondsText(writes.p99Ms)} at most in 99 of 100 cases, of the last ${formatCount(writes.count)}`,
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
            'Links of agents',
            `${formatCount(links.websocket)} by WebSocket, ${formatCount(links.http)} by HTTP${links.limit === null ? '; the system sets the limit' : `, of at most ${formatCount(links.limit)}`}`,
          ],
          ['Have not said who they are', formatCount(links.silent)],
          ['Agents known', `${formatCount(agents.known)} of at most ${formatCount(agents.limit)}`],
          [
            'Open consoles',
            `${formatCount(eventStreams.open)} of at most ${formatCount(eventStreams.limit)}`,
          ],
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
                'To every agent that can send them'
              ) : (
                <>
                  To agents of{' '}
                  <Link to="/agents" search={{ q: selector }}>
                    {selector}
                  </Link>
                </>
              )
            ) : (
              'No: flow gates of rollouts judge by health alone (telemetry.ownMetrics.offer)'
            ),
          ],
          ['Received from', `${countOf(heardFrom, 'agent')} since the start`],
        ]}
      />
    </Panel>
  );
}
