import type { ComponentHealthView } from '@drover/api';
import type { ReactNode } from 'react';
import { countOf } from '../components/format.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { healthWords } from '../components/tone.ts';
import { type HealthBranch, healthBranch } from './health-branch.ts';
import styles from './health-tree.module.css';

/** The agent's health and that of each of its components; what is broken stands first and open, large healthy branches are folded. */
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
      <HealthNode branch={healthBranch('Agent', props.health)} />
    </ul>
  );
}

function HealthNode({ branch }: { readonly branch: HealthBranch }) {
  const { health, children, below, unhealthyBelow, isOpen } = branch;
  const error = health.lastError === '' ? null : <p className={styles.error}>{health.lastError}</p>;
  if (children.length === 0) {
    return (
      <li>
        <Line branch={branch} />
        {error}
      </li>
    );
  }
  return (
    <li>
      <details className={styles.branch} open={isOpen}>
        <summary>
          <Line branch={branch}>
            <span className={styles.below}>
              {countOf(below, 'component')}
              {unhealthyBelow === 0 ? '' : `, ${unhealthyBelow} unhealthy`}
            </span>
          </Line>
        </summary>
        {error}
        <ul className={styles.children}>
          {children.map((child) => (
            <HealthNode key={child.name} branch={child} />
          ))}
        </ul>
      </details>
      {/* What is wrong with it is seen while it is folded, too. */}
      {isOpen ? null : error}
    </li>
  );
}

function Line(props: { readonly branch: HealthBranch; readonly children?: ReactNode }) {
  const { name, health } = props.branch;
  return (
    <span className={styles.node}>
      <span className={styles.name}>{name}</span>
      <StateBadge state={healthWords[health.healthy ? 'healthy' : 'unhealthy']} />
      <span className={styles.status}>
        {health.status}
        {health.statusAt === null ? null : (
          <>
            {health.status === '' ? 'since ' : ' since '}
            <Time at={health.statusAt} />
          </>
        )}
      </span>
      {props.children}
    </span>
  );
}
