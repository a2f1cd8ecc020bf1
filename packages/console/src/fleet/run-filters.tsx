import { Button } from '@mantine/core';
import { shortenMiddle } from '../components/format.ts';
import type { AgentFilterText } from '../data/agent-filter.ts';
import styles from './fleet.module.css';

interface RunFiltersProps {
  readonly filter: AgentFilterText;
  readonly onChange: (change: Partial<AgentFilterText>) => void;
}

/** The filters that a search brings along: what they run. A press lets go. */
export function RunFilters({ filter: { runs, effective }, onChange }: RunFiltersProps) {
  return (
    <>
      {runs === undefined ? null : (
        <Button data-chosen className={styles.facetButton} onClick={() => onChange({ runs: undefined })}>
          Runs: {runs} ×
        </Button>
      )}
      {effective === undefined ? null : (
        <Button data-chosen className={styles.facetButton} onClick={() => onChange({ effective: undefined })}>
          Runs content {shortenMiddle(effective, 8, 4)} ×
        </Button>
      )}
    </>
  );
}
