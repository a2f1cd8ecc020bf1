import type { Config } from '@drover/api';
import { Button, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf } from '../components/format.ts';
import { useConsole } from '../data/console-context.tsx';

export function DeleteConfig({ config }: { readonly config: Config }) {
  const { api, queryClient } = useConsole();
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const isUsed = config.use.assigned > 0;
  const remove = useMutation({
    mutationFn: () => api.deleteConfig(config.name),
    onSuccess: async () => {
      await navigate({ to: '/configs' });
      queryClient.removeQueries({ queryKey: ['config', config.name] });
      void queryClient.invalidateQueries({ queryKey: ['configs'] });
    },
  });
  const refusal = isUsed ? `In use: intended for ${countOf(config.use.assigned, 'agent')}` : undefined;
  return (
    <>
      <Tooltip label={refusal ?? 'Delete this configuration'}>
        <Button
          leftSection={<IconTrash size={15} />}
          aria-disabled={isUsed}
          data-disabled={isUsed}
          aria-description={refusal}
          onClick={() => (isUsed ? undefined : setAsked(true))}
        >
          Delete
        </Button>
      </Tooltip>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Delete “${config.name}”?`}
        confirmLabel="Delete configuration"
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => {
          setAsked(false);
          remove.reset();
        }}
      >
        <p>
          1 configuration with {countOf(config.revision.number, 'revision')} will be deleted. It is not
          intended for any agent. This cannot be undone.
        </p>
      </ConfirmDialog>
    </>
  );
}
