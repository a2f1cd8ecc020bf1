import { useCallback, useEffect, useMemo, useState } from 'react';
import { shownAttributes, storeColumns, storedColumns } from './fleet-attributes.ts';
import { columnsOf, isUsual, USUAL_COLUMNS, validColumns } from './fleet-columns.tsx';

/** The columns of the fleet's table: of the address, else those that this browser remembers, else the usual ones. */
export function useFleetColumns(
  cols: readonly string[] | undefined,
  change: (part: { cols: readonly string[] | undefined }) => void,
) {
  const [stored, setStored] = useState(() => validColumns(storedColumns()));
  const text = (validColumns(cols) ?? stored ?? USUAL_COLUMNS).join();
  const ids = useMemo(() => text.split(','), [text]);
  useEffect(() => {
    // A link that is copied shows a colleague the same.
    if (cols === undefined && stored !== undefined) change({ cols: stored });
  }, [cols, stored, change]);
  const choose = useCallback(
    (next: readonly string[]) => {
      const kept = isUsual(next) ? undefined : validColumns(next);
      storeColumns(kept);
      setStored(kept);
      change({ cols: kept });
    },
    [change],
  );
  return {
    ids,
    columns: useMemo(() => columnsOf(ids), [ids]),
    attributes: useMemo(() => shownAttributes(ids), [ids]),
    choose,
  };
}
