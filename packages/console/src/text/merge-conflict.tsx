import { useId } from 'react';
import { countOf } from '../components/format.ts';
import styles from './merge-panel.module.css';
import { chosenLines, type MergeChoice, type MergePart } from './merge-texts.ts';

interface MergeConflictProps {
  readonly conflict: Extract<MergePart, { kind: 'conflict' }>;
  readonly title: string;
  readonly before: readonly string[];
  readonly theirsLabel: string;
  readonly choice: MergeChoice | undefined;
  readonly onChoose: (choice: MergeChoice) => void;
}

const CHOICES: readonly MergeChoice[] = ['mine', 'theirs', 'both'];

/** Lines that both sides changed in ways of their own, and what is to be taken. */
export function MergeConflict(props: MergeConflictProps) {
  const { conflict, title, before, theirsLabel, choice, onChoose } = props;
  const id = useId();
  const words: Record<MergeChoice, string> = { mine: 'Mine', theirs: theirsLabel, both: 'Both, mine first' };
  return (
    <fieldset className={styles.conflict} data-chosen={choice !== undefined}>
      <legend>{title}</legend>
      {before.length === 0 ? null : <pre className={styles.before}>{before.join('\n')}</pre>}
      <div className={styles.sides}>
        <Side title="Mine" lines={conflict.mine} isTaken={choice === 'mine' || choice === 'both'} />
        <Side
          title={theirsLabel}
          lines={conflict.theirs}
          isTaken={choice === 'theirs' || choice === 'both'}
        />
      </div>
      {conflict.base === undefined ? null : (
        <details className={styles.base}>
          <summary>Common base</summary>
          <Lines lines={conflict.base} />
        </details>
      )}
      <div className={styles.choices}>
        {CHOICES.map((each) => (
          <label key={each} className={styles.choice}>
            <input
              type="radio"
              name={id}
              checked={choice === each}
              aria-label={`Use ${words[each]}: ${countOf(chosenLines(conflict, each).length, 'line')}`}
              onChange={() => onChoose(each)}
            />
            {words[each]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Side(props: {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isTaken: boolean;
}) {
  return (
    <div className={styles.side} data-taken={props.isTaken}>
      <h3>{props.title}</h3>
      <Lines lines={props.lines} />
    </div>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return lines.length === 0 ? (
    <p className={styles.none}>These lines were removed.</p>
  ) : (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <pre className={styles.lines} tabIndex={0}>
      {lines.join('\n')}
    </pre>
  );
}
