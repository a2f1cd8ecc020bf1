import type { Agent } from '@drover/api';
import { Button, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { useConsole } from '../data/console-context.tsx';
import styles from './agent.module.css';
import { formatLabels, parseLabels } from './labels-text.ts';

export function AgentLabels(props: { readonly agent: Agent }) {
  const { agent } = props;
  const [isEditing, setEditing] = useState(false);
  const labels = Object.entries(agent.labels);
  if (isEditing) return <LabelsForm agent={agent} onDone={() => setEditing(false)} />;
  return (
    <div className={styles.labelsRow}>
      <div className={styles.labels}>
        {labels.length === 0 ? (
          <span className={styles.muted}>No labels. Use labels to select agents for rollouts.</span>
        ) : (
          labels.map(([key, value]) => (
            <span key={key} className={styles.label}>
              {key}={value}
            </span>
          ))
        )}
      </div>
      <Button leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
        Edit
      </Button>
    </div>
  );
}

function LabelsForm(props: { readonly agent: Agent; readonly onDone: () => void }) {
  const { agent, onDone } = props;
  const { api, queryClient } = useConsole();
  const [name, setName] = useState(agent.displayName);
  const [text, setText] = useState(() => formatLabels(agent.labels));
  const parsed = parseLabels(text);
  const save = useMutation({
    mutationFn: (labels: Record<string, string>) =>
      api.patchAgent(agent.instanceUid, {
        labels,
        ...(name === agent.displayName ? {} : { displayName: name.trim() === '' ? null : name.trim() }),
      }),
    onSuccess: (fresh) => {
      queryClient.setQueryData(['agent', agent.instanceUid], fresh);
      onDone();
    },
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.kind === 'labels') save.mutate(parsed.labels);
      }}
    >
      <TextInput
        label="Display name"
        description="Leave empty to use the name that the agent reports"
        value={name}
        maxLength={128}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Labels"
        description="key=value, separated by commas: env=prod, region=eu-west"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={parsed.kind === 'wrong' ? parsed.reason : undefined}
        spellCheck={false}
        autoComplete="off"
      />
      {save.isError ? <FailureNote error={save.error} /> : null}
      <div className={styles.formActions}>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="filled" loading={save.isPending} disabled={parsed.kind === 'wrong'}>
          Save
        </Button>
      </div>
    </form>
  );
}
