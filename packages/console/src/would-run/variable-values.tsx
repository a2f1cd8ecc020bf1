import type { VariableValue } from '@drover/api';
import { Panel } from '../components/panel.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import styles from './would-run.module.css';

const SOURCE_WORDS = { label: 'label', attr: 'attribute', secret: 'secret' } as const;
const SHOWN_MAX = 200;

/** What the variables are for this agent; nothing where there are none. */
export function VariableValues({ variables }: { readonly variables: readonly VariableValue[] }) {
  if (variables.length === 0) return null;
  return (
    <Panel title="Variables" aside={<span className={styles.muted}>with this agent’s values</span>}>
      <dl className={styles.variables}>
        {variables.slice(0, SHOWN_MAX).map(({ config, line, column, source, key, value, isDefault }) => (
          <div key={`${config}:${line}:${column}`} className={styles.variable}>
            <dt>
              {SOURCE_WORDS[source]} <code>{key}</code>
              <span className={styles.muted}>
                {' '}
                {config}, line {line}
              </span>
            </dt>
            <dd>
              {value === null ? (
                <StateBadge state={{ tone: 'broken', word: 'Missing' }} />
              ) : source === 'secret' && !isDefault ? (
                <span className={styles.muted}>set, not shown</span>
              ) : (
                <>
                  <code>{value === '' ? '""' : value}</code>
                  {isDefault ? <span className={styles.muted}> by default</span> : null}
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
