import type { Stats } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CountFilter } from '../components/count-filter.tsx';
import { connectionWords, driftWords, healthWords, syncWords } from '../components/tone.ts';
import { useLast } from '../components/use-last.ts';
import type { AgentFilterText } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './fleet.module.css';

interface FleetCountsProps {
  readonly filter: AgentFilterText;
  readonly onChange: (change: Partial<AgentFilterText>) => void;
}

function itemsOf<T extends string, W>(
  words: Record<T, W>,
  order: readonly T[],
  counts: Record<T, number> | undefined,
) {
  return order.map((value) => ({ value, state: words[value], count: counts?.[value] }));
}

/**
 * Each group counts what the other filters leave, so that its own choice does not hide its alternatives. On a phone the
 * zeros are behind a button, so that agents are on the first screen.
 */
export function FleetCounts({ filter, onChange }: FleetCountsProps) {
  const [hasZeros, setHasZeros] = useState(false);
  const state = useGroupStats({ ...filter, state: undefined })?.state;
  const health = useGroupStats({ ...filter, health: undefined })?.health;
  const sync = useGroupStats({ ...filter, sync: undefined })?.sync;
  const drift = useGroupStats({ ...filter, drift: undefined })?.drift;
  const connections = itemsOf(connectionWords, ['connected', 'stale', 'disconnected'], state);
  const healths = itemsOf(healthWords, ['healthy', 'unhealthy', 'unknown'], health);
  const syncs = itemsOf(syncWords, ['in_sync', 'pending', 'failed', 'none'], sync);
  const drifts = itemsOf(driftWords, ['none', 'drifted'], drift);
  const zeros = [...connections, ...healths, ...syncs, ...drifts].filter(({ count }) => count === 0).length;
  return (
    <div className={styles.counts}>
      <CountFilter
        label="Connection"
        items={connections}
        chosen={filter.state ?? []}
        onChange={(chosen) => onChange({ state: chosen })}
        hidesZeros={!hasZeros}
      />
      <CountFilter
        label="Health"
        items={healths}
        chosen={filter.health ?? []}
        onChange={(chosen) => onChange({ health: chosen })}
        hidesZeros={!hasZeros}
      />
      <CountFilter
        label="Configuration"
        items={syncs}
        chosen={filter.sync ?? []}
        onChange={(chosen) => onChange({ sync: chosen })}
        hidesZeros={!hasZeros}
      />
      <CountFilter
        label="Drift"
        items={drifts}
        chosen={filter.drift ?? []}
        onChange={(chosen) => onChange({ drift: chosen })}
        hidesZeros={!hasZeros}
      />
      {zeros === 0 ? null : (
        <button
          type="button"
          className={styles.zeros}
          aria-expanded={hasZeros}
          onClick={() => setHasZeros(!hasZeros)}
        >
          {hasZeros ? 'Hide zeros' : `${zeros} at zero`}
        </button>
      )}
    </div>
  );
}

function useGroupStats(filter: AgentFilterText): Stats | undefined {
  return useLast(useQuery(queries.stats(useApi(), filter)).data);
}
