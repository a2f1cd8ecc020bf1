import type { SearchPage } from '@drover/api';
import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { FoundConfig } from './found-config.tsx';
import { FoundContent } from './found-content.tsx';
import styles from './search.module.css';

/** An answer, a heading with a configuration, a heading with a content: widths and heights in pixels. */
const COMING = [
  [320, 24],
  [112, 20],
  ['100%', 82],
  [112, 20],
  ['100%', 124],
] as const;

interface SearchResultsProps {
  readonly q: string;
  readonly query: UseInfiniteQueryResult<InfiniteData<SearchPage>>;
}

/** The answer first, then each configuration and each content with its lines. */
export function SearchResults({ q, query }: SearchResultsProps) {
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState error={query.error} what="The search failed" onRetry={() => void query.refetch()} />
    ) : (
      <div className={styles.coming}>
        <Skeleton widths={COMING.map(([width]) => width)} height={COMING.map(([, height]) => height)} />
      </div>
    );
  }
  const [first] = query.data.pages;
  if (first === undefined) return null;
  const items = query.data.pages.flatMap((page) => page.items);
  const configs = items.filter((item) => item.kind === 'config');
  const contents = items.filter((item) => item.kind === 'effective');
  return (
    <div className={styles.results} data-old={query.isPlaceholderData}>
      {query.isError ? <FailureNote error={query.error} /> : null}
      <Answer q={q} page={first} />
      {items.length === 0 ? (
        <EmptyState title="Nothing found">{notFoundText(first)}</EmptyState>
      ) : (
        <>
          {configs.length === 0 ? null : (
            <section aria-label="Configurations" className={styles.group}>
              <h2 className={styles.heading}>Configurations</h2>
              {configs.map((found) => (
                <FoundConfig key={`${found.name}@${found.revision}`} found={found} />
              ))}
            </section>
          )}
          {contents.length === 0 ? null : (
            <section aria-label="What agents run" className={styles.group}>
              <h2 className={styles.heading}>What agents run</h2>
              {contents.map((found) => (
                <FoundContent key={found.content} found={found} />
              ))}
            </section>
          )}
          {query.hasNextPage ? (
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more of {formatCount(first.total)}
            </Button>
          ) : null}
        </>
      )}
    </div>
  );
}

/** Whom it is about, and what it does not know. */
function Answer({ q, page }: { readonly q: string; readonly page: SearchPage }) {
  const { agents, isTruncated } = page;
  return (
    <>
      {agents === null ? null : (
        <p className={styles.answer} role="status">
          {agents.matched === 0 ? (
            <strong>No agent</strong>
          ) : (
            <Link to="/agents" search={{ runs: q }}>
              <strong>{countOf(agents.matched, 'agent')}</strong>
            </Link>
          )}{' '}
          of {formatCount(agents.searched)} {agents.matched === 1 || agents.matched === 0 ? 'runs' : 'run'} it
          {agents.notReported === 0
            ? ''
            : `; ${formatCount(agents.notReported)} never reported their configuration`}
          .
        </p>
      )}
      {isTruncated ? (
        <Note tone="look">
          Results are incomplete.{' '}
          {agents !== null && agents.notSearched > 0
            ? `The configuration of ${countOf(agents.notSearched, 'agent')} was not searched: it is still being read, or there is more than is kept.`
            : 'The search ran out of time: narrow it down.'}
        </Note>
      ) : null}
    </>
  );
}

function notFoundText({ agents, configs }: SearchPage): string {
  const where = [
    ...(configs === null ? [] : [countOf(configs.searched, 'revision')]),
    ...(agents === null ? [] : [`the configuration of ${countOf(agents.searched, 'agent')}`]),
  ];
  return `Searched ${where.join(' and ')}. Masked values are not searched.`;
}
