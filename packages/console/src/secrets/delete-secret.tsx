import type { Secret } from '@drover/api';
import { useMutation } from '@tanstack/react-query';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { useConsole } from '../data/console-context.tsx';

/** Asked only where no agent needs it; the server refuses where one does by then. */
export function DeleteSecret({ secret, onClose }: { readonly secret: Secret; readonly onClose: () => void }) {
  const { api, queryClient } = useConsole();
  const remove = useMutation({
    mutationFn: () => api.deleteSecret(secret.name),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['secrets'] });
      onClose();
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: ['secrets'] }),
  });
  return (
    <ConfirmDialog
      isOpen
      title={`Delete “${secret.name}”?`}
      confirmLabel="Delete 1 secret"
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>No agent’s intended configuration uses it.</p>
      <p>
        Its value cannot be recovered. If a configuration that uses it is rolled out later, the preview
        reports the missing secret.
      </p>
    </ConfirmDialog>
  );
}
