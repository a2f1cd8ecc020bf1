import type { BulkSelection } from '@drover/api';
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatLabels, parseLabels } from '../agent/labels-text.ts';
import { countOf } from '../components/format.ts';
import { bulkQueries } from '../data/bulk-queries.ts';
import { useApi } from '../data/console-context.tsx';
import { countedSelection } from './agent-choice.ts';
import { BulkDialog, type BulkDialogChoice } from './bulk-dialog.tsx';
import styles from './selection-dock.module.css';
import { useBulkAct } from './use-bulk-act.ts';

const PAUSE_MS = 250;

interface Edit {
  readonly set: Record<string, string>;
  readonly remove: string[];
}

function keysOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

function readEdit(setText: string, removeText: string): Edit | string {
  const parsed = parseLabels(setText);
  if (parsed.kind === 'wrong') return parsed.reason;
  const remove = keysOf(removeText);
  const both = remove.find((key) => Object.hasOwn(parsed.labels, key));
  return both === undefined ? { set: parsed.labels, remove } : `"${both}" cannot be both set and removed`;
}

function isEmpty({ set, remove }: Edit): boolean {
  return Object.keys(set).length + remove.length === 0;
}

/** Sets and removes labels of the agents that were chosen; their other labels stay. */
export function LabelDialog({ selection, chosen, onClose, onDone }: BulkDialogChoice) {
  const api = useApi();
  const [setText, setSetText] = useState('');
  const [removeText, setRemoveText] = useState('');
  const edit = readEdit(setText, removeText);
  const [asked] = useDebouncedValue(JSON.stringify(edit), PAUSE_MS);
  const ready =
    typeof edit !== 'string' && !isEmpty(edit) && asked === JSON.stringify(edit) ? edit : undefined;
  const body = (of: BulkSelection) => ({ selection: of, ...(ready ?? { set: {}, remove: [] }) });
  const act = useBulkAct({
    preview: useQuery({ ...bulkQueries.label(api, body(selection)), enabled: ready !== undefined }),
    isAsked: ready !== undefined,
    act: (counted) => {
      const { selection: of, atMost } = countedSelection(selection, counted);
      return api.labelAgents({ ...body(of), atMost });
    },
    onDone: (result) => onDone(`Labels changed on ${countOf(result.changed, 'agent')}.`),
  });
  return (
    <BulkDialog
      verb="Label"
      chosen={chosen}
      {...act}
      fields={
        <div className={styles.fields}>
          <TextInput
            label="Set"
            description="key=value, separated by commas: env=prod, region=eu-west"
            value={setText}
            data-autofocus
            onChange={(event) => setSetText(event.currentTarget.value)}
            error={typeof edit === 'string' ? edit : undefined}
            spellCheck={false}
            autoComplete="off"
          />
          <TextInput
            label="Remove"
            description="Keys, separated by commas: canary, owner"
            value={removeText}
            onChange={(event) => setRemoveText(event.currentTarget.value)}
            spellCheck={false}
            autoComplete="off"
          />
        </div>
      }
      effect={(agents) => (
        <p>
          {agents} {ready === undefined ? '' : `will ${effectOf(ready)}`}. Other labels are kept. Standing
          rollouts that select by these labels react at once: agents may be given another configuration, or
          none.
        </p>
      )}
      already="already with these labels"
      onClose={onClose}
    />
  );
}

function effectOf({ set, remove }: Edit): string {
  return [
    ...(Object.keys(set).length === 0 ? [] : [`get ${formatLabels(set)}`]),
    ...(remove.length === 0 ? [] : [`lose ${remove.join(', ')}`]),
  ].join(' and ');
}
