import styles from './would-run.module.css';

const SHOWN_MAX = 3000;

interface OriginLinesProps {
  readonly body: string;
  /** For each line the configurations that it comes from; empty where there is one alone. */
  readonly origins: readonly (readonly string[])[];
}

/** A text with its line numbers, and where each line comes from. */
export function OriginLines({ body, origins }: OriginLinesProps) {
  const lines = body.replace(/\n$/, '').split('\n');
  const hasOrigins = new Set(origins.flat()).size > 1;
  return (
    <>
      <ol className={styles.lines} data-origins={hasOrigins}>
        {lines.slice(0, SHOWN_MAX).map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <li key={at} id={`would-run-line-${at + 1}`} tabIndex={-1} className={styles.line}>
            <span className={styles.number}>{at + 1}</span>
            <code className={styles.text}>{line}</code>
            {hasOrigins ? <span className={styles.origin}>{origins[at]?.join(', ')}</span> : null}
          </li>
        ))}
      </ol>
      {lines.length > SHOWN_MAX ? (
        <p className={styles.more}>and {lines.length - SHOWN_MAX} more lines</p>
      ) : null}
    </>
  );
}
