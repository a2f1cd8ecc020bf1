import { printableLine } from '@drover/api';
import styles from './middle-text.module.css';

/** As many characters of the end are always shown; the style sheet leaves room for them. */
const TAIL = 9;

/**
 * A name that is shortened in its middle where it has not room enough, since such names differ at their ends. All of it
 * is on hover, in what is read aloud, and in what is copied.
 */
export function MiddleText(props: { readonly text: string }) {
  const text = printableLine(props.text);
  const signs = [...text];
  if (signs.length <= TAIL * 2) return <bdi title={text}>{text}</bdi>;
  return (
    <bdi className={styles.whole} title={text}>
      <span className={styles.read}>{text}</span>
      <span className={styles.lead} aria-hidden="true">
        {signs.slice(0, -TAIL).join('')}
      </span>
      <span aria-hidden="true">{signs.slice(-TAIL).join('')}</span>
    </bdi>
  );
}
