import type { AgentSummary } from '@drover/api';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { countOf } from '../components/format.ts';
import { hasModifier, isTyping } from '../components/keyboard.ts';
import type { RowSelection } from '../components/row-selection.ts';
import { type AgentChoice, EVERYBODY, isChosen, NOBODY, withAgents, withoutGone } from './agent-choice.ts';

interface ChoiceOfFilter {
  readonly choice: AgentChoice;
  readonly filterText: string;
}

export interface AgentChoosing {
  readonly choice: AgentChoice;
  readonly table: RowSelection<AgentSummary>;
  readonly chooseAll: () => void;
  readonly clear: () => void;
}

/** Something is open over the page that Escape closes. */
function hasOverlay(): boolean {
  const overlays = document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]');
  return [...overlays].some((overlay) => overlay.getClientRects().length > 0);
}

/**
 * Which agents of the fleet are chosen. Those that were picked stay so whatever the list shows; all that match are
 * chosen as long as the filter is the same. Escape lets go of all.
 */
export function useAgentChoice(
  filterText: string,
  rows: readonly AgentSummary[],
  gone: ReadonlySet<string>,
): AgentChoosing {
  const [kept, setKept] = useState<ChoiceOfFilter>({ choice: NOBODY, filterText });
  const isOfOther = kept.choice.isAll && kept.filterText !== filterText;
  const choice = useMemo(
    () => (isOfOther ? NOBODY : withoutGone(kept.choice, gone)),
    [kept.choice, isOfOther, gone],
  );
  const anchor = useRef<string>(undefined);
  const latest = useRef({ choice, rows, filterText });
  latest.current = { choice, rows, filterText };

  const put = useCallback((next: AgentChoice) => {
    setKept({ choice: next, filterText: latest.current.filterText });
  }, []);
  const clear = useCallback(() => {
    anchor.current = undefined;
    put(NOBODY);
  }, [put]);
  const chooseAll = useCallback(() => put(EVERYBODY), [put]);

  const onToggle = useCallback(
    ({ instanceUid: uid }: AgentSummary, isRange: boolean) => {
      const { choice: now, rows: shown } = latest.current;
      const isIn = !isChosen(now, uid);
      const to = shown.findIndex((row) => row.instanceUid === uid);
      const from = isRange ? shown.findIndex((row) => row.instanceUid === anchor.current) : -1;
      anchor.current = uid;
      const meant =
        from < 0 || to < 0
          ? [uid]
          : shown.slice(Math.min(from, to), Math.max(from, to) + 1).map((row) => row.instanceUid);
      put(withAgents(now, meant, isIn));
    },
    [put],
  );
  const chosenRows = useMemo(
    () => rows.reduce((count, { instanceUid }) => count + (isChosen(choice, instanceUid) ? 1 : 0), 0),
    [rows, choice],
  );
  const hasAllRows = rows.length > 0 && chosenRows === rows.length;
  const onToggleLoaded = useCallback(() => {
    const { choice: now, rows: shown } = latest.current;
    put(
      withAgents(
        now,
        shown.map(({ instanceUid }) => instanceUid),
        !hasAllRows,
      ),
    );
  }, [put, hasAllRows]);

  const isSomebody = choice.isAll || choice.uids.size > 0;
  useEffect(() => {
    if (!isSomebody) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || hasModifier(event) || isTyping(event) || hasOverlay()) return;
      event.preventDefault();
      clear();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isSomebody, clear]);

  const table = useMemo<RowSelection<AgentSummary>>(
    () => ({
      isSelected: ({ instanceUid }) => isChosen(choice, instanceUid),
      loaded: chosenRows === 0 ? 'none' : hasAllRows ? 'all' : 'some',
      onToggle,
      onToggleLoaded,
      labelOf: ({ displayName, instanceUid }) => `Select ${displayName} …${instanceUid.slice(-4)}`,
      loadedLabel: `Select the ${countOf(rows.length, 'agent')} listed so far`,
    }),
    [choice, chosenRows, hasAllRows, onToggle, onToggleLoaded, rows.length],
  );
  return { choice, table, chooseAll, clear };
}
