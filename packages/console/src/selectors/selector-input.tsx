import { TextInput, type TextInputProps } from '@mantine/core';
import { type KeyboardEvent, type Ref, useEffect, useId, useRef, useState } from 'react';
import { CompletionList } from './completion-list.tsx';
import type { CompletionOption } from './completion-options.ts';
import styles from './selector-input.module.css';
import { useSelectorOptions } from './use-selector-options.ts';

type SelectorInputProps = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly inputRef?: Ref<HTMLInputElement> | undefined;
};

/**
 * A field for a selector that offers keys, operators and values of the fleet while one types. Nothing is chosen before
 * an arrow key or the pointer chooses it, so that Enter goes on to mean what it means without the list.
 */
export function SelectorInput({ value, onText, inputRef, onKeyDown, ...props }: SelectorInputProps) {
  const listId = useId();
  const [cursor, setCursor] = useState(value.length);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const nextCursor = useRef<number>(undefined);
  const { place, options, hasMore } = useSelectorOptions(value, cursor, isOpen);
  const isShown = isOpen && options.length > 0;
  const current = isShown && chosen < options.length ? chosen : -1;

  // Another text at the cursor begins without a choice.
  const placeText = `${place?.kind}:${place?.from}:${place?.typed}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: exactly when the place is another
  useEffect(() => setChosen(-1), [placeText]);
  useEffect(() => {
    const at = nextCursor.current;
    if (at === undefined || field.current === null || field.current.value !== value) return;
    nextCursor.current = undefined;
    field.current.setSelectionRange(at, at);
  }, [value]);

  const take = (option: CompletionOption) => {
    if (place === undefined) return;
    const text = `${value.slice(0, place.from)}${option.insert}${value.slice(cursor)}`;
    const at = place.from + option.insert.length;
    nextCursor.current = at;
    setCursor(at);
    setOpen(place.kind !== 'value' || place.isInList);
    onText(text);
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (!isShown) setOpen(true);
      else setChosen(nextChoice(current, step, options.length));
      return;
    }
    const option = options[current];
    if (option !== undefined && (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey))) {
      event.preventDefault();
      take(option);
      return;
    }
    if (event.key === 'Escape' && isShown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      return;
    }
    if (event.key === 'Enter') setOpen(false);
    onKeyDown?.(event);
  };

  return (
    <TextInput
      {...props}
      ref={(element) => {
        field.current = element;
        if (typeof inputRef === 'function') inputRef(element);
        else if (inputRef) inputRef.current = element;
      }}
      role="combobox"
      aria-autocomplete="list"
      aria-expanded={isShown}
      aria-controls={isShown ? listId : undefined}
      aria-activedescendant={current === -1 ? undefined : `${listId}-${current}`}
      value={value}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => {
        setCursor(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
        setOpen(true);
        onText(event.currentTarget.value);
      }}
      onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
      onClick={() => setOpen(true)}
      onBlur={() => setOpen(false)}
      onKeyDown={onKey}
      inputContainer={(input) => (
        <div className={styles.anchor}>
          {input}
          {isShown ? (
            <CompletionList
              id={listId}
              options={options}
              current={current}
              hasMore={hasMore}
              onChoose={setChosen}
              onTake={take}
            />
          ) : null}
        </div>
      )}
    />
  );
}

/** Round the list, with a stop at the field itself. */
function nextChoice(current: number, step: number, count: number): number {
  const next = current + step;
  return next >= count ? -1 : next < -1 ? count - 1 : next;
}
