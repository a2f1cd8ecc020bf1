import { ActionIcon, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { SelectorInput } from '../selectors/selector-input.tsx';
import styles from './search-line.module.css';
import { Suggestion } from './suggestion.tsx';

const PAUSE_MS = 220;
/** Whoever has just written "env=" is about to write a value. */
const UNFINISHED_PAUSE_MS = 1_500;

/** What is wrong with what was typed, the column of it from 1, and what may have been meant. */
export interface SearchFault {
  readonly detail: string;
  readonly column?: number | undefined;
  readonly suggestion?: string | undefined;
}

interface SearchLineProps {
  /** Name for screen readers. */
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault?: SearchFault | undefined;
  /** How the text is read. */
  readonly mode?: (text: string) => string;
  /** It takes selectors: keys, operators and values of the fleet are offered while one types. */
  readonly completes?: boolean;
}

/** One line to search with; what is typed counts after a pause, and where it is wrong, the place is shown. */
export function SearchLine({
  label,
  placeholder,
  value,
  onChange,
  fault,
  mode,
  completes = false,
}: SearchLineProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by other means: back, a link, a cleared filter.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(
      () => {
        sent.current = text;
        onChange(text);
      },
      completes && /[=(,!]\s*$/.test(text) ? UNFINISHED_PAUSE_MS : PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [text, onChange, completes]);

  const place = useRef<HTMLDivElement>(null);
  const take = (suggestion: string) => {
    sent.current = suggestion;
    setText(suggestion);
    onChange(suggestion);
    place.current?.querySelector('input')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') {
      sent.current = text;
      onChange(text);
    } else if (event.key === 'Escape') {
      if (text === '') event.currentTarget.blur();
      else setText('');
    }
  };
  const field = {
    'aria-label': label,
    'data-page-search': true,
    placeholder,
    value: text,
    onKeyDown,
    leftSection: <IconSearch size={15} aria-hidden />,
    rightSectionWidth: text === '' ? 12 : mode === undefined ? 36 : 112,
    rightSection:
      text === '' ? null : (
        <span className={styles.searchEnd}>
          {mode === undefined ? null : <span className={styles.mode}>{mode(text)}</span>}
          <ActionIcon size={22} aria-label="Clear the search" onClick={() => setText('')}>
            <IconX size={14} />
          </ActionIcon>
        </span>
      ),
    error: fault !== undefined,
  };
  return (
    <div className={styles.search} ref={place}>
      {completes ? (
        <SelectorInput {...field} onText={setText} />
      ) : (
        <TextInput
          {...field}
          type="search"
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
        />
      )}
      {fault === undefined ? null : (
        <div className={styles.searchError} role="alert">
          {fault.column === undefined ? null : (
            <pre aria-hidden="true" className={styles.caret}>
              {text}
              {'\n'}
              {' '.repeat(Math.max(0, fault.column - 1))}^
            </pre>
          )}
          <span>
            {fault.detail}
            {fault.column === undefined ? '' : ` (column ${fault.column})`}
          </span>{' '}
          {fault.suggestion === undefined ? null : (
            <Suggestion text={fault.suggestion} verb="Search for" onTake={take} />
          )}
        </div>
      )}
    </div>
  );
}
