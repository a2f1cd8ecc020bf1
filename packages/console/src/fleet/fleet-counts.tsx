import type { Stats } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
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

/** Each group counts what the other filters leave, so that its own choice does not hide its alternatives. */
export function FleetCounts({ filter, onChange }: FleetCountsProps) {
  const state = useGroupStats({ ...filter, state: undefined })?.state;
  const health = useGroupStats({ ...filter, health: undefined })?.health;
  const sync = useGroupStats({ ...filter, sync: undefined })?.sync;
  const drift = useGroupStats({ ...filter, drift: undefined })?.drift;
  return (
    <div className={styles.counts}>
      <CountFilter
        label="Connection"
        items={itemsOf(connectionWords, ['connected', 'stale', 'disconnected'], state)}
        chosen={filter.state ?? []}
        onChange={(chosen) => onChange({ state: chosen })}
      />
      <CountFilter
        label="Health"
        items={itemsOf(healthWords, ['healthy', 'unhealthy', 'unknown'], health)}
        chosen={filter.health ?? []}
        onChange={(chosen) => onChange({ health: chosen })}
      />
      <CountFilter
        label="Configuration"
        items={itemsOf(syncWords, ['in_sync', 'pending', 'failed', 'none'], sync)}
        chosen={filter.sync ?? []}
        onChange={(chosen) => onChange({ sync: chosen })}
      />
      <CountFilter
        label="Drift"
        items={itemsOf(driftWords, ['none', 'drifted'], drift)}
        chosen={filter.drift ?? []}
        onChange={(chosen) => onChange({ drift: chosen })}
      />
    </div>
  );
}

function useGroupStats(filter: AgentFilterText): Stats | undefined {
  return useLast(useQuery(queries.stats(useApi(), filter)).data);
}
