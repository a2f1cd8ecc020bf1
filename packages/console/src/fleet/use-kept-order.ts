import { useMemo, useRef } from 'react';

/** The items in the order in which they first came; what is new stands at the end. Another `scope` begins anew. */
export function useKeptOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  scope: string,
): readonly T[] {
  const kept = useRef({ scope, places: new Map<string, number>() });
  return useMemo(() => {
    if (kept.current.scope !== scope) kept.current = { scope, places: new Map() };
    const { places } = kept.current;
    for (const item of items) if (!places.has(keyOf(item))) places.set(keyOf(item), places.size);
    return items.toSorted((a, b) => (places.get(keyOf(a)) ?? 0) - (places.get(keyOf(b)) ?? 0));
  }, [items, keyOf, scope]);
}
