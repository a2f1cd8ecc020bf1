import { Link } from '@tanstack/react-router';
import styles from './search.module.css';

const TERMS: readonly (readonly [string, string])[] = [
  ['exports:collector.example', 'an exporter used in a pipeline, with this in its address'],
  [
    'exporter:otlp',
    'a component by type, or by id such as exporter:otlp/backend; also receiver:, processor:, connector:, extension:, component:',
  ],
  ['pipeline:metrics', 'a pipeline, by signal or id'],
  ['endpoint:0.0.0.0', 'an address, anywhere'],
  ['key:insecure=true', 'a key, and text in its value'],
  ['path:exporters::*::endpoint', 'a full path; * matches one step, ** any number; = and text in its value'],
  ['exporter:otlp -processor:memory_limiter', 'both terms: the first is present, the second is not'],
  ['"0.0.0.0:4317"', 'text in a line; use quotes if it has spaces'],
];

/** What can be asked; each example is a link to its answer. Open until something is asked, and by a press. */
export function SearchHelp({ isOpen }: { readonly isOpen: boolean }) {
  return (
    <details className={styles.help} open={isOpen}>
      <summary>Search syntax</summary>
      <dl className={styles.terms}>
        {TERMS.map(([example, meaning]) => (
          <div key={example} className={styles.term}>
            <dt>
              <Link to="/search" search={(known) => ({ ...known, q: example })}>
                <code>{example}</code>
              </Link>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.muted}>All terms must match. Case is ignored. Masked values are not searched.</p>
    </details>
  );
}
