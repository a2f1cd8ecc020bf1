import type { AgentEvent, AgentEventKind } from '@drover/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Panel } from '../components/panel.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import type { StateWord } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { EVENT_GROUP_WORDS, EVENT_GROUPS, type EventGroup } from '../data/event-groups.ts';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';

const EVENT_WORDS: Record<AgentEventKind, StateWord> = {
  first_seen: { tone: 'well', word: 'First seen' },
  connected: { tone: 'well', word: 'Connected' },
  disconnected: { tone: 'gone', word: 'Disconnected' },
  stale: { tone: 'look', word: 'Went silent' },
  described: { tone: 'gone', word: 'Described itself' },
  health_changed: { tone: 'look', word: 'Health changed' },
  config_assigned: { tone: 'progress', word: 'Configuration assigned' },
  config_offered: { tone: 'progress', word: 'Configuration offered' },
  config_applying: { tone: 'progress', word: 'Applying configuration' },
  config_applied: { tone: 'well', word: 'Configuration applied' },
  config_failed: { tone: 'broken', word: 'Configuration failed' },
  config_tried: { tone: 'gone', word: 'Configuration tried' },
  effective_config_changed: { tone: 'gone', word: 'Runs another configuration' },
  reasserted: { tone: 'progress', word: 'Configuration re-asserted' },
  reassert_stopped: { tone: 'look', word: 'Drifts, and is left alone' },
  restart_asked: { tone: 'progress', word: 'Restart asked for' },
  command_sent: { tone: 'progress', word: 'Command sent' },
  approval_pending: { tone: 'look', word: 'Waits for approval' },
  approved: { tone: 'well', word: 'Approved' },
  rejected: { tone: 'broken', word: 'Rejected' },
  revoked: { tone: 'broken', word: 'Revoked' },
  credential_offered: { tone: 'progress', word: 'Credential offered' },
  credential_used: { tone: 'well', word: 'Uses its credential' },
  credential_failed: { tone: 'broken', word: 'Credential failed' },
  own_metrics_ended: { tone: 'gone', word: 'Sends own metrics no more' },
  own_metrics_failed: { tone: 'look', word: 'Sends no own metrics' },
  credential_revoked: { tone: 'broken', word: 'Credential revoked' },
  credential_expired: { tone: 'broken', word: 'Credential expired' },
  access_ended: { tone: 'broken', word: 'Access ended' },
  refused: { tone: 'broken', word: 'Refused' },
  labels_changed: { tone: 'gone', word: 'Labels changed' },
  renamed: { tone: 'gone', word: 'Renamed' },
};

function wordsOf(event: AgentEvent): StateWord {
  const known: StateWord | undefined = EVENT_WORDS[event.kind];
  if (
    event.kind === 'health_changed' &&
    (event.data.state === 'healthy' || event.data.state === 'unhealthy')
  ) {
    return event.data.state === 'healthy'
      ? { tone: 'well', word: 'Became healthy' }
      : { tone: 'broken', word: 'Became unhealthy' };
  }
  // A newer server may know kinds that this page does not.
  return known ?? { tone: 'gone', word: event.kind };
}

const route = getRouteApi('/inside/agents/$uid');
const OPTIONS = [
  { value: '', word: 'Everything' },
  ...EVENT_GROUPS.map((group) => ({ value: group, word: EVENT_GROUP_WORDS[group] })),
];

/** What happened to it, newest first, of one group of kinds or of all. */
export function AgentTimeline(props: { readonly uid: string }) {
  const { events: group } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className={styles.column}>
      <div className={styles.filter}>
        <Select
          label="Show"
          value={group ?? ''}
          options={OPTIONS}
          onChange={(value) =>
            void navigate({
              search: (known) => ({ ...known, events: EVENT_GROUPS.find((each) => each === value) }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      </div>
      <Events uid={props.uid} group={group} />
    </div>
  );
}

function Events({ uid, group }: { readonly uid: string; readonly group: EventGroup | undefined }) {
  const query = useInfiniteQuery(queries.agentEvents(useApi(), uid, group));
  if (query.isPending) return <SkeletonRows rows={6} />;
  if (query.data === undefined) {
    return (
      <ErrorState
        error={query.error}
        what="The timeline could not be read"
        onRetry={() => void query.refetch()}
      />
    );
  }
  const events = query.data.pages.flatMap((page) => page.items);
  if (events.length === 0) {
    return (
      <EmptyState
        title={
          group === undefined ? 'Nothing has happened to it yet' : 'Nothing of this kind has happened to it'
        }
      />
    );
  }
  return (
    <Panel isFlush>
      <ol className={styles.events}>
        {events.map((event) => (
          <li key={event.id} className={styles.event}>
            <span className={styles.eventTime}>
              <Time at={event.at} />
            </span>
            <StateBadge state={wordsOf(event)} />
            <span className={styles.eventDetail}>{event.detail}</span>
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
