import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { agentEventWords } from '../components/agent-event-words.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Panel } from '../components/panel.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { EVENT_GROUP_WORDS, EVENT_GROUPS, type EventGroup } from '../data/event-groups.ts';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';

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
        what="The timeline could not be loaded"
        onRetry={() => void query.refetch()}
      />
    );
  }
  const events = query.data.pages.flatMap((page) => page.items);
  if (events.length === 0) {
    return <EmptyState title={group === undefined ? 'No events yet' : 'No events of this kind'} />;
  }
  return (
    <Panel isFlush>
      <ol className={styles.events}>
        {events.map((event) => (
          <li key={event.id} className={styles.event}>
            <span className={styles.eventTime}>
              <Time at={event.at} />
            </span>
            <StateBadge state={agentEventWords(event)} />
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
