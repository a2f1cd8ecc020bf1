import { type KeyboardEvent, type Ref, useEffect, useId, useMemo, useRef, useState } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import styles from './outline-panel.module.css';
import { type OutlineRow, rowAt } from './outline-rows.ts';
import type { TextAnswerState } from './use-text-answer.ts';

interface OutlinePanelProps {
  readonly reading: TextAnswerState<'read'>;
  readonly cursor: number | undefined;
  readonly onGoTo: (row: OutlineRow) => void;
  /** Back to the text, where the cursor was. */
  readonly onLeave: () => void;
  /** The field, for who comes by a key. */
  readonly fieldRef: Ref<HTMLInputElement>;
}

/** So many rows are drawn; of more, those that hold what is written in the field. */
const SHOWN_MAX = 300;
const NO_ROWS: readonly OutlineRow[] = [];

/** Sections, components and pipelines of a text; each leads to its line. The one with the cursor is marked. */
export function OutlinePanel({ reading, cursor, onGoTo, onLeave, fieldRef }: OutlinePanelProps) {
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const headingId = useId();
  const rows = reading.kind === 'answered' ? reading.answer.rows : NO_ROWS;
  const current = cursor === undefined ? undefined : rows[rowAt(rows, cursor)];
  const found = useMemo(() => matchesOf(rows, wanted), [rows, wanted]);
  const shown = useMemo(() => around(found, current), [found, current]);

  useEffect(() => {
    if (current === undefined) return;
    const row = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (row !== null && row !== undefined && list.current !== null) bringIntoView(list.current, row);
  }, [current]);

  const focusRow = (index: number) => {
    const buttons = list.current?.querySelectorAll('button');
    buttons?.[Math.max(0, Math.min(index, buttons.length - 1))]?.focus();
  };
  const onListKey = (event: KeyboardEvent<HTMLUListElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Escape') onLeave();
    else if (next !== undefined) focusRow(next);
    else return;
    event.preventDefault();
  };
  return (
    <section className={styles.panel} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles.hidden}>
        Outline
      </h2>
      <input
        ref={fieldRef}
        className={styles.field}
        value={wanted}
        placeholder="Find in outline"
        aria-label="Find in outline"
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setWanted(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found;
          if (event.key === 'ArrowDown') focusRow(0);
          else if (event.key === 'Enter' && first !== undefined) onGoTo(first);
          else if (event.key === 'Escape') {
            setWanted('');
            onLeave();
          } else return;
          event.preventDefault();
        }}
      />
      {reading.kind === 'waiting' ? <SkeletonRows rows={5} height={18} /> : null}
      {reading.kind === 'failed' ? <p className={styles.remark}>Not available: {reading.reason}</p> : null}
      {reading.kind === 'answered' && found.length === 0 ? (
        <p className={styles.remark}>{rows.length === 0 ? 'No sections yet' : 'No matches'}</p>
      ) : null}
      <ul ref={list} className={styles.rows} aria-label="Outline" onKeyDown={onListKey}>
        {shown.map((row) => (
          <li key={row.from}>
            <button
              type="button"
              className={styles.row}
              data-depth={row.depth}
              tabIndex={row === (current ?? shown[0]) ? 0 : -1}
              aria-current={row === current ? 'location' : undefined}
              title={row.path.join('::')}
              onClick={() => onGoTo(row)}
            >
              <span className={styles.name} dir="auto">
                {row.name}
              </span>
              {row.count === 0 ? null : <span className={styles.count}>{formatCount(row.count)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {found.length > shown.length ? (
        <p className={styles.remark}>
          {countOf(found.length - shown.length, 'more row')}: filter by name above
        </p>
      ) : null}
    </section>
  );
}

function matchesOf(rows: readonly OutlineRow[], wanted: string): readonly OutlineRow[] {
  const word = wanted.trim().toLowerCase();
  return word === '' ? rows : rows.filter(({ name }) => name.toLowerCase().includes(word));
}

/** The rows that are drawn: where there are too many, those around the cursor. */
function around(rows: readonly OutlineRow[], current: OutlineRow | undefined): readonly OutlineRow[] {
  if (rows.length <= SHOWN_MAX) return rows;
  const at = current === undefined ? 0 : rows.indexOf(current);
  const start = Math.max(0, Math.min(at - SHOWN_MAX / 2, rows.length - SHOWN_MAX));
  return rows.slice(start, start + SHOWN_MAX);
}

/** Only the list itself scrolls, never the page around it. */
function bringIntoView(scroller: HTMLElement, row: HTMLElement): void {
  const top = row.offsetTop - scroller.offsetTop;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + row.offsetHeight > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + row.offsetHeight - scroller.clientHeight;
}
