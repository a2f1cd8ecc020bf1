import { AGENT_EVENT_KINDS } from '@drover/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { agentEventWords, EVENT_WORDS } from '../components/agent-event-words.ts';
import { AgentLink } from '../components/agent-link.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { NewPill } from '../components/new-pill.tsx';
import { Panel } from '../components/panel.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { activityQueries, eventFilterOf, NEW_EVENTS_COUNTED } from '../data/activity-queries.ts';
import { useApi } from '../data/console-context.tsx';
import { failureOf } from '../data/failure-text.ts';
import type { ActivitySearch } from '../page-search.ts';
import styles from './activity.module.css';

interface EventsTabProps {
  readonly search: ActivitySearch;
  readonly onChange: (part: Partial<ActivitySearch>) => void;
}

const KINDS = AGENT_EVENT_KINDS.map((value) => ({ value, word: EVENT_WORDS[value].word })).sort((a, b) =>
  a.word < b.word ? -1 : 1,
);

/** What happened to all agents, of their timelines. */
export function EventsTab({ search, onChange }: EventsTabProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { kind, selector, uid } = search;
  const filter = useMemo(() => eventFilterOf({ kind, selector, uid }), [kind, selector, uid]);
  const query = useInfiniteQuery(activityQueries.events(api, filter));
  const head = useQuery({ ...activityQueries.eventsHead(api, filter), enabled: query.data !== undefined });
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const newest = events[0]?.id ?? 0;
  const fresh = head.data?.items.filter(({ id }) => id > newest).length ?? 0;
  const isMore = fresh >= NEW_EVENTS_COUNTED;
  const isFiltered = kind !== undefined || selector !== undefined || uid !== undefined;
  const failure = query.isError && selector !== undefined ? failureOf(query.error) : undefined;
  const searchedTo = query.data?.pages.at(-1)?.searchedTo;
  return (
    <>
      <div className={styles.filters}>
        <div className={styles.grow}>
          <SearchLine
            label="Agents, by selector"
            placeholder="All agents, or a selector: env=prod, os.type=linux"
            value={selector ?? ''}
            onChange={(text) => onChange({ selector: text === '' ? undefined : text })}
            fault={failure === undefined ? undefined : { detail: failure.detail }}
          />
        </div>
        <Select
          label="What"
          value={filter.kind?.length === 1 ? (filter.kind[0] ?? '') : ''}
          options={[{ value: '', word: 'Everything' }, ...KINDS]}
          onChange={(value) => onChange({ kind: value === '' ? undefined : value })}
        />
        {uid === undefined ? null : (
          <Button onClick={() => onChange({ uid: undefined })}>Only agent …{uid.slice(-4)} ×</Button>
        )}
      </div>
      <NewPill
        words={fresh === 0 ? undefined : `${isMore ? `${fresh} or more` : fresh} new`}
        onShow={() => void queryClient.resetQueries({ queryKey: ['fleet-events', 'list', filter] })}
      />
      {query.data === undefined ? (
        query.isError ? (
          <ErrorState
            error={query.error}
            what="The events could not be loaded"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <SkeletonRows rows={8} />
        )
      ) : events.length === 0 && !query.hasNextPage ? (
        <EmptyState title={isFiltered ? 'Nothing matches these filters' : 'No events yet'}>
          {isFiltered ? undefined : 'Events appear here as soon as an agent connects.'}
        </EmptyState>
      ) : (
        <Panel isFlush>
          <ol aria-label="Agent events">
            {events.map((event) => (
              <li key={event.id} className={styles.entry}>
                <span className={styles.time}>
                  <Time at={event.at} />
                </span>
                <StateBadge state={agentEventWords(event)} />
                <span className={styles.what}>{event.detail}</span>
                <span className={styles.by}>
                  <AgentLink agent={event} />
                </span>
              </li>
            ))}
          </ol>
          {query.hasNextPage ? (
            <div className={styles.more}>
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Show older
              </Button>
              {searchedTo == null ? null : (
                <span>
                  Searched the whole fleet back to <Time at={searchedTo} />
                </span>
              )}
            </div>
          ) : null}
        </Panel>
      )}
    </>
  );
}
