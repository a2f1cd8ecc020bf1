import type { ConfigDetail, ConfigHistoryEntry } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { HistoryItem, HistoryList } from '../components/history-list.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { selectorText } from '../components/rollout-table.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { rolloutWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { historyQueries } from '../data/history-queries.ts';
import type { NewRolloutSearch } from '../page-search.ts';
import { stackAddress, stackText } from '../rollouts/stack-text.ts';

/** Who wrote and who rolled out which revision, when, why, and with what result; each a way back to it. */
export function ConfigHistory({ config }: { readonly config: ConfigDetail }) {
  const query = useInfiniteQuery(historyQueries.config(useApi(), config.name));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The history could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} />
    );
  }
  return (
    <HistoryList
      label="History of the configuration"
      onMore={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
      isLoadingMore={query.isFetchingNextPage}
    >
      {query.data.pages
        .flatMap(({ items }) => items)
        .map((entry) =>
          entry.kind === 'revision' ? (
            <Written key={`r${entry.revision}`} config={config} entry={entry} />
          ) : (
            <RolledOut key={entry.rolloutId} entry={entry} />
          ),
        )}
    </HistoryList>
  );
}

type Entry<K extends ConfigHistoryEntry['kind']> = Extract<ConfigHistoryEntry, { kind: K }>;

function Written(props: { readonly config: ConfigDetail; readonly entry: Entry<'revision'> }) {
  const { name, revision: newest } = props.config;
  const { at, by, message, revision } = props.entry;
  const isNewest = revision === newest.number;
  return (
    <HistoryItem
      at={at}
      state={{ tone: 'gone', word: 'Revision saved' }}
      message={message}
      actions={
        <LinkButton
          to="/rollouts/new"
          search={{ config: name, revision, replaces: 'layer', preview: 'now' }}
          size="compact-sm"
          aria-label={isNewest ? `Roll out r${revision}` : `Back to r${revision}`}
        >
          {isNewest ? 'Roll out…' : `Back to r${revision}…`}
        </LinkButton>
      }
    >
      <Link
        to="/configs/$name"
        params={{ name }}
        search={{ tab: 'revisions', from: Math.max(1, revision - 1), to: revision }}
      >
        r{revision}
      </Link>{' '}
      by {by}
    </HistoryItem>
  );
}

function targetSearch({ configs, replaces }: Entry<'rollout'>): NewRolloutSearch {
  const [only] = configs;
  return replaces === 'layer' && only !== undefined
    ? { config: only.name, revision: only.revision, replaces }
    : { stack: stackAddress(configs) };
}

function RolledOut({ entry }: { readonly entry: Entry<'rollout'> }) {
  const { at, by, message, revision, rolloutId, state, selector, configs, counts, replaces } = entry;
  const others = configs.length - 1;
  return (
    <HistoryItem
      at={at}
      state={rolloutWords[state]}
      message={message}
      actions={
        <LinkButton
          to="/rollouts/new"
          search={{
            ...targetSearch(entry),
            selector: selector === '' ? undefined : selector,
            preview: 'now',
          }}
          size="compact-sm"
          aria-label={
            others === 0
              ? `Roll out again: r${revision} to the same agents`
              : `Back to this stack: ${stackText(configs)}`
          }
        >
          {others === 0 ? 'Roll out again…' : 'Back to this stack…'}
        </LinkButton>
      }
    >
      <Link to="/rollouts/$id" params={{ id: rolloutId }}>
        r{revision} rolled out
      </Link>
      {others === 0 ? '' : ` with ${countOf(others, 'other configuration')}`}
      {replaces === 'layer' ? ' (this layer only)' : ''} by {by} to{' '}
      {selector.trim() === '' ? selectorText(selector) : <code>{selector}</code>}:{' '}
      {formatCount(counts.applied)} of {countOf(counts.matched, 'agent')} applied it
      {counts.failed === 0 ? '' : `, ${formatCount(counts.failed)} failed`}
      {counts.superseded === 0 ? '' : `, ${formatCount(counts.superseded)} superseded since`}
    </HistoryItem>
  );
}
