import { RESTARTS_PER_SECOND_DEFAULT } from '@drover/api';
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formatDuration } from '../components/format.ts';
import { bulkQueries } from '../data/bulk-queries.ts';
import { useApi } from '../data/console-context.tsx';
import { countedSelection } from './agent-choice.ts';
import { BulkDialog, type BulkDialogChoice } from './bulk-dialog.tsx';
import styles from './selection-dock.module.css';
import { useBulkAct } from './use-bulk-act.ts';

const PAUSE_MS = 250;

function readRate(text: string): number | undefined {
  const rate = Number(text.replace(',', '.'));
  return text.trim() !== '' && rate >= 0.01 && rate <= 1000 ? rate : undefined;
}

/** Asks the agents that were chosen to restart, so many each second. */
export function RestartDialog({ selection, chosen, onClose, onDone }: BulkDialogChoice) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [text, setText] = useState(String(RESTARTS_PER_SECOND_DEFAULT));
  const [asked] = useDebouncedValue(text, PAUSE_MS);
  const rate = readRate(text);
  const perSecond = readRate(asked) ?? RESTARTS_PER_SECOND_DEFAULT;
  const act = useBulkAct({
    preview: useQuery(bulkQueries.restart(api, { selection, perSecond })),
    isAsked: rate === perSecond,
    act: (counted) => api.restartAgents({ ...countedSelection(selection, counted), perSecond }),
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: ['restart-runs'] });
      onDone('');
    },
  });
  const seconds = act.result?.seconds ?? 0;
  return (
    <BulkDialog
      verb="Restart"
      chosen={chosen}
      {...act}
      fields={
        <div className={styles.fields}>
          <TextInput
            label="Agents per second"
            description="So that not all restart at the same time; from 0.01 to 1000"
            inputMode="decimal"
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={rate === undefined ? 'A number from 0.01 to 1000' : undefined}
            autoComplete="off"
          />
        </div>
      }
      effect={(agents) => (
        <p>
          {agents} {act.result?.changed === 1 ? 'is' : 'are'} asked to restart
          {seconds === 0 ? ' at once' : `, the last one after ${formatDuration(seconds * 1000)}`}. Each
          collects nothing while restarting, usually for a few seconds. This cannot be undone, but can be
          stopped while in progress.
        </p>
      )}
      already="already waiting to restart"
      onClose={onClose}
    />
  );
}
