import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { hasModifier, isTyping } from '../components/keyboard.ts';
import type { RowSelection } from '../components/row-selection.ts';
import {
  EVERYBODY,
  isChosen,
  isSomebody,
  NOBODY,
  type RowChoice,
  withoutGone,
  withRows,
} from './row-choice.ts';

/** What is chosen, and the ways to choose. */
export interface Choosing {
  readonly choice: RowChoice;
  readonly chooseAll: () => void;
  readonly clear: () => void;
}

export interface RowChoosing<T> extends Choosing {
  readonly table: RowSelection<T>;
}

interface RowChoiceOptions<T> {
  readonly rows: readonly T[];
  /** The same function each time, as `labelOf`. */
  readonly keyOf: (row: T) => string;
  readonly labelOf: (row: T) => string;
  /** The name of the box above all rows. */
  readonly headLabel: string;
  /** That box means all that match, and not the rows that are loaded. */
  readonly isHeadAll?: boolean;
  /** What the rows are narrowed by: all that match are chosen as long as it is the same. */
  readonly scope: string;
  /** Rows that were picked are of the scope too; else they stay chosen whatever is listed. */
  readonly isPickedOfScope?: boolean;
  readonly gone: ReadonlySet<string>;
}

/** Something is open over the page that Escape closes. */
function hasOverlay(): boolean {
  const overlays = document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]');
  return [...overlays].some((overlay) => overlay.getClientRects().length > 0);
}

/** Which rows of a table are chosen: one by one, by ranges, or all that match but some. Escape lets go of all. */
export function useRowChoice<T>(options: RowChoiceOptions<T>): RowChoosing<T> {
  const { rows, keyOf, labelOf, headLabel, isHeadAll = false, scope, gone } = options;
  const [kept, setKept] = useState({ choice: NOBODY, scope });
  const isOfScope = kept.choice.isAll || options.isPickedOfScope === true;
  const isOfOther = isOfScope && kept.scope !== scope;
  const choice = useMemo(
    () => (isOfOther ? NOBODY : withoutGone(kept.choice, gone)),
    [kept.choice, isOfOther, gone],
  );
  const anchor = useRef<string>(undefined);
  const latest = useRef({ choice, rows, scope });
  latest.current = { choice, rows, scope };

  const put = useCallback((next: RowChoice) => setKept({ choice: next, scope: latest.current.scope }), []);
  const clear = useCallback(() => {
    anchor.current = undefined;
    put(NOBODY);
  }, [put]);
  const chooseAll = useCallback(() => put(EVERYBODY), [put]);

  const onToggle = useCallback(
    (row: T, isRange: boolean) => {
      const { choice: now, rows: shown } = latest.current;
      const key = keyOf(row);
      const isIn = !isChosen(now, key);
      const to = shown.findIndex((each) => keyOf(each) === key);
      const from = isRange ? shown.findIndex((each) => keyOf(each) === anchor.current) : -1;
      anchor.current = key;
      const meant = from < 0 || to < 0 ? [row] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
      put(withRows(now, meant.map(keyOf), isIn));
    },
    [put, keyOf],
  );
  const chosenRows = useMemo(
    () => rows.reduce((count, row) => count + (isChosen(choice, keyOf(row)) ? 1 : 0), 0),
    [rows, choice, keyOf],
  );
  const hasAllRows = rows.length > 0 && chosenRows === rows.length;
  const hasAll = isHeadAll ? choice.isAll && choice.keys.size === 0 : hasAllRows;
  const onToggleLoaded = useCallback(() => {
    const { choice: now, rows: shown } = latest.current;
    if (isHeadAll) put(hasAll ? NOBODY : EVERYBODY);
    else put(withRows(now, shown.map(keyOf), !hasAll));
  }, [put, keyOf, isHeadAll, hasAll]);

  const isAnything = isSomebody(choice);
  useEffect(() => {
    if (!isAnything) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || hasModifier(event) || isTyping(event) || hasOverlay()) return;
      event.preventDefault();
      clear();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isAnything, clear]);

  const table = useMemo<RowSelection<T>>(
    () => ({
      isSelected: (row) => isChosen(choice, keyOf(row)),
      loaded: hasAll ? 'all' : chosenRows === 0 ? 'none' : 'some',
      onToggle,
      onToggleLoaded,
      labelOf,
      loadedLabel: headLabel,
    }),
    [choice, keyOf, chosenRows, hasAll, onToggle, onToggleLoaded, labelOf, headLabel],
  );
  return { choice, table, chooseAll, clear };
}
