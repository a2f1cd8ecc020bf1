import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '../data/console-context.tsx';
import { type CompletionOption, optionsAt } from './completion-options.ts';
import { type CompletionPlace, placeAt } from './completion-place.ts';

const SHOWN = 20;
/** New keys and values are no hurry; what is typed again is there at once. */
const FRESH_MS = 15_000;

export interface SelectorOptions {
  readonly place: CompletionPlace | undefined;
  readonly options: readonly CompletionOption[];
  /** More exist than are shown. */
  readonly hasMore: boolean;
}

/** What can stand at the cursor, from the fleet itself. Asks for nothing while nobody is typing. */
export function useSelectorOptions(text: string, cursor: number, isOpen: boolean): SelectorOptions {
  const api = useApi();
  const place = isOpen ? placeAt(text, cursor) : undefined;
  const isKey = place?.kind === 'key';
  const isValue = place?.kind === 'value';
  const keyQuery = { q: isKey ? place.typed : '', limit: SHOWN };
  const valueQuery = { key: isValue ? place.key : '', q: isValue ? place.typed : '', limit: SHOWN };
  const keys = useQuery({
    queryKey: ['agent-keys', keyQuery],
    queryFn: ({ signal }) => api.agentKeys(keyQuery, signal),
    enabled: isKey,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
  const values = useQuery({
    queryKey: ['agent-values', valueQuery],
    queryFn: ({ signal }) => api.agentValues(valueQuery, signal),
    enabled: isValue,
    staleTime: FRESH_MS,
    // Values of another key are no stop-gap.
    placeholderData: (last, query) =>
      (query?.queryKey[1] as typeof valueQuery | undefined)?.key === valueQuery.key ? last : undefined,
  });
  return {
    place,
    options: optionsAt(place, keys.data?.items ?? [], values.data?.items ?? []),
    hasMore: (isKey && keys.data?.hasMore === true) || (isValue && values.data?.hasMore === true),
  };
}
