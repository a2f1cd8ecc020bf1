import type { ConfigFound } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { countOf } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { HitLines } from './hit-lines.tsx';
import styles from './search.module.css';

/** A revision with the lines that were found; each leads to its place. */
export function FoundConfig({ found }: { readonly found: ConfigFound }) {
  const { name, revision, isNewest, agents } = found;
  const place = (line?: number) =>
    ({ tab: 'revisions', from: revision, to: revision, ...(line === undefined ? {} : { line }) }) as const;
  return (
    <Panel
      title={
        <>
          <Link to="/configs/$name" params={{ name }} search={place()}>
            {name}
          </Link>{' '}
          r{revision}
        </>
      }
      aside={
        <span className={styles.muted}>
          {isNewest ? 'latest' : 'not the latest'} ·{' '}
          <Link to="/agents" search={{ config: name }}>
            intended for {countOf(agents, 'agent')}
          </Link>
        </span>
      }
      isFlush
    >
      <HitLines
        hits={found.hits}
        lines={found.lines}
        lineLink={(line, content) => (
          <Link
            to="/configs/$name"
            params={{ name }}
            search={place(line)}
            aria-label={`${name}, line ${line}`}
          >
            {content}
          </Link>
        )}
      />
    </Panel>
  );
}
