import type { ComponentHealthView } from '@drover/api';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { healthWords } from '../components/tone.ts';
import styles from './health-tree.module.css';

/** The agent's health and that of each of its components; what is broken stands first. */
export function HealthTree(props: { readonly health: ComponentHealthView | null }) {
  if (props.health === null) {
    return (
      <p className={styles.unknown}>
        <StateBadge state={healthWords.unknown} /> The agent has never reported its health.
      </p>
    );
  }
  return (
    <ul className={styles.tree}>
      <HealthNode name="Agent" health={props.health} />
    </ul>
  );
}

function HealthNode(props: { readonly name: string; readonly health: ComponentHealthView }) {
  const { name, health } = props;
  const children = Object.entries(health.components).sort(
    ([nameA, a], [nameB, b]) => Number(a.healthy) - Number(b.healthy) || nameA.localeCompare(nameB),
  );
  return (
    <li>
      <div className={styles.node}>
        <span className={styles.name}>{name}</span>
        <StateBadge state={healthWords[health.healthy ? 'healthy' : 'unhealthy']} />
        <span className={styles.status}>
          {health.status}
          {health.statusAt === null ? null : (
            <>
              {' '}
              <Time at={health.statusAt} />
            </>
          )}
        </span>
      </div>
      {health.lastError === '' ? null : <p className={styles.error}>{health.lastError}</p>}
      {children.length === 0 ? null : (
        <ul className={styles.children}>
          {children.map(([childName, child]) => (
            <HealthNode key={childName} name={childName} health={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
