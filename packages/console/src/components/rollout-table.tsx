import type { Rollout } from '@drover/api';
import { Link } from '@tanstack/react-router';
import type { DataColumn } from './data-column.ts';
import { DataTable } from './data-table.tsx';
import { formatCount } from './format.ts';
import { RolloutBar, rolloutTotal } from './rollout-bar.tsx';
import styles from './rollout-table.module.css';
import { StateBadge } from './state-badge.tsx';
import { Time } from './time.tsx';
import { rolloutWords } from './tone.ts';

export function targetText(target: Rollout['target']): string {
  const stack = target.configs.map((config) => `${config.name} r${config.revision}`).join(', ');
  return target.replaces === 'layer' ? `${stack} (this layer only)` : stack;
}

export function selectorText(selector: string): string {
  return selector.trim() === '' ? 'all agents' : selector;
}

function RolloutLink({ rollout }: { readonly rollout: Rollout }) {
  return (
    <Link to="/rollouts/$id" params={{ id: rollout.id }} data-row-link className={styles.name}>
      {targetText(rollout.target)}
    </Link>
  );
}

function Progress({ rollout }: { readonly rollout: Rollout }) {
  return (
    <span className={styles.progress}>
      <RolloutBar counts={rollout.counts} />
      <span className={styles.muted}>
        {formatCount(rollout.counts.applied)} of {formatCount(rolloutTotal(rollout.counts))}
      </span>
    </span>
  );
}

const columns: readonly DataColumn<Rollout>[] = [
  {
    id: 'state',
    header: 'State',
    track: '124px',
    cell: (rollout) => <StateBadge state={rolloutWords[rollout.state]} />,
  },
  {
    id: 'what',
    header: 'What',
    track: 'minmax(140px, 1.2fr)',
    cell: (rollout) => <RolloutLink rollout={rollout} />,
  },
  {
    id: 'whom',
    header: 'Agents',
    track: 'minmax(120px, 1.4fr)',
    minTableWidth: 900,
    cell: (rollout) => (
      <span className={styles.muted} title={selectorText(rollout.selector)}>
        {rollout.selector.trim() === '' ? 'all agents' : <code>{rollout.selector}</code>}
      </span>
    ),
  },
  {
    id: 'progress',
    header: 'Progress',
    track: 'minmax(180px, 1.4fr)',
    cell: (rollout) => <Progress rollout={rollout} />,
  },
  {
    id: 'failed',
    header: 'Failed',
    track: '64px',
    align: 'end',
    minTableWidth: 700,
    cell: (rollout) => (
      <span className={rollout.counts.failed > 0 ? styles.failed : styles.muted}>
        {formatCount(rollout.counts.failed)}
      </span>
    ),
  },
  {
    id: 'started',
    header: 'Started',
    track: 'minmax(130px, 0.8fr)',
    align: 'end',
    cell: (rollout) => (
      <span className={styles.muted}>
        <Time at={rollout.createdAt} /> by {rollout.createdBy}
      </span>
    ),
  },
];

interface RolloutTableProps {
  readonly rollouts: readonly Rollout[];
  readonly total: number;
  readonly onNearEnd?: () => void;
}

export function RolloutTable({ rollouts, total, onNearEnd }: RolloutTableProps) {
  return (
    <DataTable
      label="Rollouts"
      columns={columns}
      rows={rollouts}
      total={total}
      rowKey={(rollout) => rollout.id}
      {...(onNearEnd === undefined ? {} : { onNearEnd })}
      compact={(rollout) => (
        <div className={styles.card}>
          <div className={styles.cardLine}>
            <RolloutLink rollout={rollout} />
            <StateBadge state={rolloutWords[rollout.state]} />
          </div>
          <div className={styles.cardLine}>
            <Progress rollout={rollout} />
            <span className={styles.muted}>
              <Time at={rollout.createdAt} />
            </span>
          </div>
        </div>
      )}
    />
  );
}
