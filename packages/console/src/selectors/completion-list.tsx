import { useEffect, useRef } from 'react';
import type { CompletionOption } from './completion-options.ts';
import styles from './selector-input.module.css';

interface CompletionListProps {
  readonly id: string;
  readonly options: readonly CompletionOption[];
  readonly current: number;
  readonly hasMore: boolean;
  readonly onChoose: (index: number) => void;
  readonly onTake: (option: CompletionOption) => void;
}

/** The list below the field. The focus stays in the field, which names the option that is chosen. */
export function CompletionList({ id, options, current, hasMore, onChoose, onTake }: CompletionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current >= 0) list.current?.children[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps the focus in the field, also when its edge is pressed
    <div className={styles.pop} onMouseDown={(event) => event.preventDefault()}>
      <div id={id} ref={list} role="listbox" aria-label="Completions" className={styles.list}>
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field above
          <div
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={styles.option}
            onMouseMove={() => onChoose(index)}
            onClick={() => onTake(option)}
          >
            <bdi className={styles.word}>{option.word}</bdi>
            <span className={styles.detail}>{option.detail}</span>
            <span className={styles.aside}>{option.aside}</span>
          </div>
        ))}
      </div>
      {hasMore ? <p className={styles.more}>There are more: type on to narrow them.</p> : null}
    </div>
  );
}
