import type { Page } from '@drover/api';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo } from 'react';
import { ErrorState } from './error-state.tsx';
import { SkeletonRows } from './skeleton.tsx';

interface PagedProps<T> {
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  /** What to say when the first page cannot be read. */
  readonly what: string;
  readonly skeletonRows?: number;
  readonly children: (list: {
    readonly rows: readonly T[];
    /** How many there are in all, read or not. */
    readonly total: number;
    readonly onNearEnd: () => void;
  }) => ReactNode;
}

/** What is read page by page: placeholders until the first page is there, what failed with a way to try again, the rows. */
export function Paged<T>({ query, what, skeletonRows = 6, children }: PagedProps<T>) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (data !== undefined) return children({ rows, total: data.pages[0]?.total ?? 0, onNearEnd });
  if (!query.isError) return <SkeletonRows rows={skeletonRows} />;
  return <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} />;
}
