import styles from './suggestion.module.css';

interface SuggestionProps {
  readonly text: string;
  /** What a press does with the text: `Search for`. */
  readonly verb: string;
  readonly onTake: (text: string) => void;
}

/** What may have been meant by a text that could not be read; a press takes it. */
export function Suggestion({ text, verb, onTake }: SuggestionProps) {
  return (
    <button type="button" className={styles.suggestion} onClick={() => onTake(text)}>
      {verb} <code>{text}</code>
    </button>
  );
}
