import type { SearchHit } from '@drover/api';
import type { ReactNode } from 'react';
import { formatCount } from '../components/format.ts';
import styles from './search.module.css';

interface HitLinesProps {
  readonly hits: readonly SearchHit[];
  /** How many there are altogether. */
  readonly lines: number;
  readonly lineLink?: (line: number, content: ReactNode) => ReactNode;
}

/** Lines with their numbers, what was found in them marked, and where in the configuration they stand. */
export function HitLines({ hits, lines, lineLink = (_line, content) => content }: HitLinesProps) {
  if (lines === 0) return null;
  return (
    <ol className={styles.lines}>
      {hits.map((hit) => (
        <li key={hit.line} className={styles.line}>
          <span className={styles.number}>{lineLink(hit.line, hit.line)}</span>
          <code className={styles.text}>{marked(hit)}</code>
          {hit.path === '' ? null : <span className={styles.path}>{hit.path}</span>}
        </li>
      ))}
      {lines > hits.length ? (
        <li className={styles.more}>and {formatCount(lines - hits.length)} more lines</li>
      ) : null}
    </ol>
  );
}

function marked({ text, marks }: SearchHit): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return [...parts, text.slice(at)];
}
