import { ApiError, type BulkResult } from '@drover/api';
import { type UseQueryResult, useMutation } from '@tanstack/react-query';
import { useConsole } from '../data/console-context.tsx';

interface BulkActOptions<R extends BulkResult> {
  /** What the act would do. */
  readonly preview: UseQueryResult<R>;
  /** False while there is nothing to count yet. */
  readonly isAsked?: boolean;
  readonly act: (counted: R) => Promise<R>;
  readonly onDone: (result: R) => void;
}

/** An act on many agents with what it would do; where more agents would be changed by now it is counted again. */
export function useBulkAct<R extends BulkResult>({
  preview,
  isAsked = true,
  act,
  onDone,
}: BulkActOptions<R>) {
  const { queryClient } = useConsole();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: (result) => {
      for (const kind of ['agent', 'stats']) void queryClient.invalidateQueries({ queryKey: [kind] });
      onDone(result);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'selection_grown') void preview.refetch();
    },
  });
  const result = isAsked ? preview.data : undefined;
  return {
    result,
    isCounting: isAsked && preview.isPending,
    isBusy: acting.isPending,
    error: acting.error ?? (isAsked ? preview.error : null),
    onAct: () => {
      if (result !== undefined) acting.mutate(result);
    },
  };
}
