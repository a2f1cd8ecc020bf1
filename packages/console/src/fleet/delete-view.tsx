import type { SavedView } from '@drover/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { useApi } from '../data/console-context.tsx';

interface DeleteViewProps {
  readonly view: SavedView;
  readonly onClose: () => void;
}

export function DeleteView({ view, onClose }: DeleteViewProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.deleteView(view.name),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['views'] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title={`Delete the view “${view.name}”?`}
      confirmLabel="Delete view"
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      Saved by {view.author}. It is deleted for all operators; no agent is affected, and what the page shows
      now can be saved again.
    </ConfirmDialog>
  );
}
