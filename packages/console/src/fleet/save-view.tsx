import type { SavedView } from '@drover/api';
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import layout from '../components/layout.module.css';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import type { FleetSearchParams } from '../page-search.ts';
import { viewOf } from './saved-view.ts';

interface SaveViewProps {
  readonly search: FleetSearchParams;
  readonly views: readonly SavedView[];
  /** The view that was changed, if any. */
  readonly suggested: string | undefined;
  readonly onClose: () => void;
}

/** A name for what the page shows; one that is there already is replaced, and that is said. */
export function SaveView({ search, views, suggested, onClose }: SaveViewProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [text, setText] = useState(suggested ?? '');
  const name = text.trim();
  const replaced = views.find((view) => view.name === name);
  const save = useMutation({
    mutationFn: () => api.putView(name, viewOf(search)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['views'] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Save view" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={layout.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '') save.mutate();
        }}
      >
        <TextInput
          label="Name"
          description="Saves the current filters, columns, sorting and grouping for all operators."
          maxLength={64}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        {replaced === undefined ? null : (
          <span role="status" className={layout.muted}>
            Replaces the view of this name, saved by {replaced.author} <Time at={replaced.updatedAt} />.
          </span>
        )}
        {save.isError ? <FailureNote error={save.error} /> : null}
        <div className={layout.formActions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={name === ''} loading={save.isPending}>
            {replaced === undefined ? 'Save view' : 'Replace view'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
