import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { RolloutTable } from '../components/rollout-table.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';

export function ConfigRollouts({ name }: { readonly name: string }) {
  const query = useQuery(queries.configRollouts(useApi(), name));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The rollouts could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  return query.data.items.length === 0 ? (
    <EmptyState title="Never rolled out" />
  ) : (
    <RolloutTable rollouts={query.data.items} total={query.data.total} />
  );
}
