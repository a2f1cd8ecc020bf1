import styles from './count-filter.module.css';
import { formatCount } from './format.ts';
import { ToneShape } from './state-badge.tsx';
import type { StateWord } from './tone.ts';

export interface CountFilterItem<T extends string> {
  readonly value: T;
  readonly state: StateWord;
  readonly count: number | undefined;
}

interface CountFilterProps<T extends string> {
  readonly label: string;
  readonly items: readonly CountFilterItem<T>[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
  /** On a phone those of zero that are not chosen have no place, and a group of nothing else neither. */
  readonly hidesZeros?: boolean;
}

/** Counts that are filters: a press narrows to that state, a second press lets go. */
export function CountFilter<T extends string>({
  label,
  items,
  chosen,
  onChange,
  hidesZeros = false,
}: CountFilterProps<T>) {
  return (
    <fieldset className={styles.group} data-hides-zeros={hidesZeros}>
      <legend className={styles.label}>{label}</legend>
      <div className={styles.items} data-many={items.length > 4}>
        {items.map((item) => {
          const isChosen = chosen.includes(item.value);
          return (
            <button
              key={item.value}
              type="button"
              className={styles.item}
              aria-pressed={isChosen}
              data-zero={item.count === undefined ? undefined : item.count === 0}
              onClick={() =>
                onChange(isChosen ? chosen.filter((value) => value !== item.value) : [...chosen, item.value])
              }
            >
              <span className={styles.count}>{item.count === undefined ? '–' : formatCount(item.count)}</span>
              <span className={styles.word}>
                <ToneShape tone={item.state.tone} />
                {item.state.word}
              </span>
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}
