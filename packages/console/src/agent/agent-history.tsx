import { type Agent, type AgentConfigEntry, rolloutBackTo } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { HistoryItem, HistoryList } from '../components/history-list.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { historyQueries } from '../data/history-queries.ts';
import { stackAddress } from '../rollouts/stack-text.ts';
import { RESULT_WORDS } from './assigned.tsx';

/** What the agent was given, by whom and which rollout, what became of it, and the way back to each. */
export function AgentHistory({ agent }: { readonly agent: Agent }) {
  const query = useInfiniteQuery(historyQueries.agent(useApi(), agent.instanceUid));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The history could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  const entries = query.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) {
    return (
      <EmptyState title="No configuration from Drover yet">
        The configurations that rollouts give this agent appear here, with the result.
      </EmptyState>
    );
  }
  return (
    <HistoryList
      label="Configurations given to the agent"
      onMore={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
      isLoadingMore={query.isFetchingNextPage}
    >
      {entries.map((entry) => (
        <Given key={`${entry.at} ${entry.hash}`} entry={entry} />
      ))}
    </HistoryList>
  );
}

function Given({ entry }: { readonly entry: AgentConfigEntry }) {
  const { at, by, message, configs, cause, rolloutId, result, error, isCurrent } = entry;
  const stack = configs.map(({ name, revision }) => `${name} r${revision}`).join(', then ');
  return (
    <HistoryItem
      at={at}
      state={RESULT_WORDS[result]}
      message={message}
      error={error}
      actions={
        isCurrent ? undefined : (
          <LinkButton
            to="/rollouts/new"
            search={{
              stack: stackAddress(configs),
              selector: rolloutBackTo(entry).selector,
              preview: 'now',
            }}
            size="compact-sm"
            aria-label={`Back to this: ${stack}`}
          >
            Back to this…
          </LinkButton>
        )
      }
    >
      <strong>{stack}</strong>
      {isCurrent ? ', intended now' : ''}
      {rolloutId === null ? null : (
        <>
          {', from '}
          <Link to="/rollouts/$id" params={{ id: rolloutId }}>
            {cause === 'rollback' ? 'the rollback of a rollout' : 'a rollout'}
          </Link>
        </>
      )}
      {by === '' ? '' : ` by ${by}`}
    </HistoryItem>
  );
}
