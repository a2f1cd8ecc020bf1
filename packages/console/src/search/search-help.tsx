import { Link } from '@tanstack/react-router';
import styles from './search.module.css';

const TERMS: readonly (readonly [string, string])[] = [
  ['exports:collector.example', 'an exporter that a pipeline uses, with this in its address'],
  [
    'exporter:otlp',
    'a component by type, or by id as in exporter:otlp/backend; also receiver:, processor:, connector:, extension:, component:',
  ],
  ['pipeline:metrics', 'a pipeline, by signal or id'],
  ['endpoint:0.0.0.0', 'an address anywhere'],
  ['key:insecure=true', 'a key, and what its value has'],
  [
    'path:exporters::*::endpoint',
    'a whole path; * is one step, ** any number of them; = and a text for its value',
  ],
  ['exporter:otlp -processor:memory_limiter', 'both: the one is there, the other is not'],
  ['"0.0.0.0:4317"', 'text in a line, in quotes where it has spaces'],
];

/** What can be asked; each example is a link to its answer. */
export function SearchHelp({ isOpen = false }: { readonly isOpen?: boolean }) {
  return (
    <details className={styles.help} open={isOpen}>
      <summary>What can be asked</summary>
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
      <p className={styles.muted}>
        All terms have to be met. Case says nothing. Masked values are not searched.
      </p>
    </details>
  );
}
