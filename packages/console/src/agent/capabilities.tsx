import { IconCheck, IconMinus } from '@tabler/icons-react';
import { Identifier } from '../components/identifier.tsx';
import styles from './agent.module.css';
import { capabilityWord, KNOWN_CAPABILITIES } from './capability-words.ts';

/** What it can do, in words; what it cannot stands below, since that is why a button is off. */
export function Capabilities(props: {
  readonly capabilities: readonly string[];
  readonly custom: readonly string[];
}) {
  const missing = KNOWN_CAPABILITIES.filter((capability) => !props.capabilities.includes(capability));
  return (
    <>
      <ul className={styles.capabilities}>
        {props.capabilities.map((capability) => (
          <li key={capability} title={capability}>
            <IconCheck size={14} stroke={2} aria-hidden /> {capabilityWord(capability)}
          </li>
        ))}
      </ul>
      {missing.length === 0 ? null : (
        <details className={styles.details}>
          <summary>Not supported ({missing.length})</summary>
          <ul className={styles.capabilities}>
            {missing.map((capability) => (
              <li key={capability} title={capability} className={styles.muted}>
                <IconMinus size={14} stroke={2} aria-hidden /> {capabilityWord(capability)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {props.custom.length === 0 ? null : (
        <p className={styles.custom}>
          Custom:{' '}
          {props.custom.map((capability) => (
            <Identifier key={capability} value={capability} of="custom capability" lead={28} tail={8} />
          ))}
        </p>
      )}
    </>
  );
}
