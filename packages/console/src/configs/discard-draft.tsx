import type { ConfigDraft } from '@drover/api';
import { useMutation } from '@tanstack/react-query';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf } from '../components/format.ts';
import { Time } from '../components/time.tsx';
import { useConsole } from '../data/console-context.tsx';
import { isNotFound } from '../data/failure-text.ts';

/** Drops the draft for all operators. */
export function DiscardDraft(props: {
  readonly draft: ConfigDraft;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { api, queryClient } = useConsole();
  const { draft, onDone, onClose } = props;
  const drop = useMutation({
    mutationFn: async () => {
      try {
        await api.deleteConfigDraft(draft.name);
      } catch (error) {
        // Somebody else was quicker.
        if (!isNotFound(error)) throw error;
      }
    },
    onSuccess: () => {
      queryClient.setQueryData(['draft', draft.name], null);
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      onDone();
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title="Discard this draft?"
      confirmLabel="Discard 1 draft"
      isDangerous
      isBusy={drop.isPending}
      error={drop.error}
      onConfirm={() => drop.mutate()}
      onClose={onClose}
    >
      <p>
        The draft by {draft.author} with {countOf(draft.body.split('\n').length, 'line')}, saved{' '}
        <Time at={draft.updatedAt} />, will be discarded for all operators. This cannot be undone.
      </p>
      <p>Revisions are not affected, and 0 agents change.</p>
    </ConfirmDialog>
  );
}
