import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { bulkQueries } from '../data/bulk-queries.ts';
import { useApi } from '../data/console-context.tsx';
import { countedSelection } from './agent-choice.ts';
import { BulkDialog, type BulkDialogChoice } from './bulk-dialog.tsx';
import styles from './selection-dock.module.css';
import { useBulkAct } from './use-bulk-act.ts';

/** From so many on the number has to be typed. */
const MANY = 10;

/** Removes the agents that were chosen; many only where their number is typed. */
export function ForgetDialog({ selection, chosen, onClose, onDone }: BulkDialogChoice) {
  const api = useApi();
  const [typed, setTyped] = useState('');
  const act = useBulkAct({
    preview: useQuery(bulkQueries.forget(api, { selection })),
    act: (counted) => api.forgetAgents(countedSelection(selection, counted)),
    onDone: ({ changed }) => onDone(`${countOf(changed, 'agent')} forgotten.`),
  });
  const { result } = act;
  const isMany = (result?.changed ?? 0) >= MANY;
  const connected = result?.connected ?? 0;
  return (
    <BulkDialog
      verb="Forget"
      chosen={chosen}
      {...act}
      isDangerous
      isReady={!isMany || typed.replaceAll(/[\s,.]/g, '') === String(result?.changed)}
      effect={(agents) => (
        <>
          <p>
            {agents}: labels, configuration assignments and timelines are removed from Drover. This cannot be
            undone.
          </p>
          <p>
            {connected === 0
              ? 'None of them is connected.'
              : `${countOf(connected, 'agent')} ${connected === 1 ? 'is' : 'are'} connected: the connection is closed but the agent is not stopped; if still running, it reconnects and is listed as new.`}
          </p>
        </>
      )}
      proof={
        isMany ? (
          <div className={styles.fields}>
            <TextInput
              label={`Type ${formatCount(result?.changed ?? 0)} to forget ${countOf(result?.changed ?? 0, 'agent')}`}
              inputMode="numeric"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
            />
          </div>
        ) : null
      }
      already="already forgotten"
      onClose={onClose}
    />
  );
}
