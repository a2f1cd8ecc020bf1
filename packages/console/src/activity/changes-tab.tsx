import { SERVER_AUTHOR } from '@drover/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { countOf } from '../components/format.ts';
import { NewPill } from '../components/new-pill.tsx';
import { Paged } from '../components/paged.tsx';
import { Panel } from '../components/panel.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { Select } from '../components/select.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { activityFilterOf, activityQueries } from '../data/activity-queries.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { ACTIVITY_AGES, type ActivitySearch } from '../page-search.ts';
import styles from './activity.module.css';
import { AGE_WORDS, activityWords, authorText, KIND_GROUPS } from './activity-words.ts';
import { SubjectLink } from './subject-link.tsx';

interface ChangesTabProps {
  readonly search: ActivitySearch;
  readonly onChange: (part: Partial<ActivitySearch>) => void;
}

/** What operators did, and the server of its own accord. */
export function ChangesTab({ search, onChange }: ChangesTabProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { q, kind, author, subject, age } = search;
  const [nowMs, setNowMs] = useState(Date.now);
  const filter = useMemo(
    () => activityFilterOf({ q, kind, author, subject, age }, nowMs),
    [q, kind, author, subject, age, nowMs],
  );
  const query = useInfiniteQuery(activityQueries.list(api, filter));
  const head = useQuery({ ...activityQueries.head(api, filter), enabled: query.data !== undefined });
  const newest = query.data?.pages[0]?.items[0]?.id ?? 0;
  const fresh = head.data?.items.filter(({ id }) => id > newest).length ?? 0;
  const isMore = head.data !== undefined && fresh === head.data.items.length && head.data.nextCursor !== null;
  const isFiltered = [q, kind, author, subject, age].some((each) => each !== undefined);

  const showNew = () => {
    setNowMs(Date.now());
    void queryClient.resetQueries({ queryKey: ['activity', 'list', filter] });
  };
  return (
    <>
      <Filters search={search} onChange={onChange} />
      <NewPill
        words={fresh === 0 ? undefined : `${isMore ? `More than ${fresh - 1}` : fresh} new`}
        onShow={showNew}
      />
      <Paged query={query} what="The activity could not be loaded" skeletonRows={8}>
        {({ rows, total }) =>
          rows.length === 0 ? (
            <EmptyState
              title={isFiltered ? 'Nothing matches these filters' : 'No changes yet'}
              action={
                isFiltered ? (
                  <Button
                    onClick={() =>
                      onChange({
                        q: undefined,
                        kind: undefined,
                        author: undefined,
                        subject: undefined,
                        age: undefined,
                      })
                    }
                  >
                    Clear filters
                  </Button>
                ) : undefined
              }
            >
              {isFiltered
                ? undefined
                : 'Everything that operators change, and what the server does by itself, is recorded here.'}
            </EmptyState>
          ) : (
            <>
              <p className={styles.total}>{countOf(total, 'entry', 'entries')}</p>
              <Panel isFlush>
                <ol aria-label="Activity">
                  {rows.map((entry) => (
                    <li key={entry.id} className={styles.entry}>
                      <span className={styles.time}>
                        <Time at={entry.at} />
                      </span>
                      <StateBadge state={activityWords(entry.kind)} />
                      <span className={styles.what}>
                        <SubjectLink subject={entry.subject} />
                        {entry.detail === '' ? null : (
                          <span className={styles.detail}> · {entry.detail}</span>
                        )}
                      </span>
                      <span className={styles.by}>
                        by {authorText(entry)}
                        {entry.address === null ? '' : ` from ${entry.address}`}
                      </span>
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
            </>
          )
        }
      </Paged>
    </>
  );
}

function Filters({ search, onChange }: ChangesTabProps) {
  const session = useQuery(queries.session(useApi()));
  const me = session.data?.user;
  const authors = [...new Set([me, SERVER_AUTHOR, search.author])].filter((each) => each !== undefined);
  return (
    <div className={styles.filters}>
      <div className={styles.grow}>
        <SearchLine
          label="Search the activity"
          placeholder="Name, revision or message"
          value={search.q ?? ''}
          onChange={(q) => onChange({ q: q === '' ? undefined : q })}
        />
      </div>
      <Select
        label="What"
        value={search.kind ?? ''}
        options={withChosen(KIND_GROUPS, search.kind)}
        onChange={(kind) => onChange({ kind: kind === '' ? undefined : kind })}
      />
      <Select
        label="Who"
        value={search.author ?? ''}
        options={[
          { value: '', word: 'Anyone' },
          ...authors.map((author) => ({
            value: author,
            word: author === SERVER_AUTHOR ? 'The server itself' : author,
          })),
        ]}
        onChange={(author) => onChange({ author: author === '' ? undefined : author })}
      />
      <Select
        label="When"
        value={search.age ?? ''}
        options={[
          { value: '', word: 'Any time' },
          ...ACTIVITY_AGES.map((age) => ({ value: age, word: AGE_WORDS[age] })),
        ]}
        onChange={(age) => onChange({ age: ACTIVITY_AGES.find((known) => known === age) })}
      />
      {search.subject === undefined ? null : (
        <Button onClick={() => onChange({ subject: undefined })}>Only {search.subject} ×</Button>
      )}
    </div>
  );
}

/** What the address asks for is shown also where it is none of the usual. */
function withChosen(options: typeof KIND_GROUPS, chosen: string | undefined): typeof KIND_GROUPS {
  const isKnown = chosen === undefined || options.some(({ value }) => value === chosen);
  return isKnown ? options : [...options, { value: chosen, word: chosen }];
}
