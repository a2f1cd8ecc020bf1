import type { RestartRun } from '@drover/api';
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { bulkQueries } from '../data/bulk-queries.ts';
import { useConsole } from '../data/console-context.tsx';
import styles from './selection-dock.module.css';

/** Restarts of many agents that are under way, with a way to stop them, and those that ended while one looked. */
export function RestartRuns() {
  const { api } = useConsole();
  const runs = useQuery(bulkQueries.restartRuns(api));
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const items = runs.data?.items;
  useEffect(() => {
    const running = items?.filter(({ state }) => state === 'running') ?? [];
    if (running.length > 0) setSeen((known) => new Set([...known, ...running.map(({ id }) => id)]));
  }, [items]);
  const shown = (items ?? []).filter(
    ({ id, state }) => !dismissed.has(id) && (state === 'running' || seen.has(id)),
  );
  return shown.map((run) => (
    <RestartLine
      key={run.id}
      run={run}
      onDismiss={() => setDismissed((known) => new Set([...known, run.id]))}
    />
  ));
}

function RestartLine({ run, onDismiss }: { readonly run: RestartRun; readonly onDismiss: () => void }) {
  const { api, queryClient } = useConsole();
  const stop = useMutation({
    mutationFn: () => api.stopRestartRun(run.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['restart-runs'] }),
  });
  const leftOut = run.leftOut.reduce((sum, { count }) => sum + count, 0);
  const rest = run.total - run.asked - leftOut;
  return (
    <div className={styles.run}>
      <progress
        className={styles.progress}
        max={run.total}
        value={run.asked + leftOut}
        aria-label="Restart"
      />
      <span className={styles.runText}>
        {run.state === 'running'
          ? `Restarting: ${formatCount(run.asked)} of ${countOf(run.total, 'agent')} asked, ${run.perSecond} per second`
          : `Restart ${run.state}: ${formatCount(run.asked)} of ${countOf(run.total, 'agent')} asked${rest === 0 ? '' : `, ${formatCount(rest)} not asked`}`}
        {run.leftOut.map(({ reason, count }) => (
          <span key={reason} className={styles.said}>
            {' '}
            {formatCount(count)} skipped: {reason.replace(/^is /, '')}.
          </span>
        ))}
      </span>
      {run.state === 'running' ? (
        <Button loading={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </Button>
      ) : (
        <ActionIcon aria-label="Dismiss" onClick={onDismiss}>
          <IconX size={14} />
        </ActionIcon>
      )}
      {stop.isError ? <FailureNote error={stop.error} /> : null}
    </div>
  );
}
