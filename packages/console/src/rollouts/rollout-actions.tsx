import type { Rollout } from '@drover/api';
import { Button } from '@mantine/core';
import {
  IconArrowBackUp,
  IconCheck,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { useConsole } from '../data/console-context.tsx';
import { actsOf, actWords, type RolloutAct } from './rollout-acts.ts';

const ICONS: Record<RolloutAct, ReactNode> = {
  pause: <IconPlayerPause size={16} />,
  resume: <IconPlayerPlay size={16} />,
  approve: <IconCheck size={16} />,
  retry: <IconRefresh size={16} />,
  abort: <IconPlayerStop size={16} />,
  rollback: <IconArrowBackUp size={16} />,
};

export function RolloutActions({ rollout }: { readonly rollout: Rollout }) {
  const { api, queryClient } = useConsole();
  const [asked, setAsked] = useState<RolloutAct>();
  const [isOpen, setOpen] = useState(false);
  const run = useMutation({
    mutationFn: (act: RolloutAct) => api.actOnRollout(rollout.id, act),
    onSuccess: (fresh) => {
      setOpen(false);
      queryClient.setQueryData(['rollout', rollout.id], fresh);
      void queryClient.invalidateQueries({ queryKey: ['rollout', rollout.id] });
      void queryClient.invalidateQueries({ queryKey: ['rollouts'] });
    },
  });
  const words = asked === undefined ? undefined : actWords(asked, rollout);
  return (
    <>
      {actsOf(rollout).map((act) => (
        <Button
          key={act}
          data-size="lg"
          variant={act === 'pause' || act === 'resume' || act === 'approve' ? 'filled' : 'default'}
          leftSection={ICONS[act]}
          onClick={() => {
            run.reset();
            setAsked(act);
            setOpen(true);
          }}
        >
          {actWords(act, rollout).word}
        </Button>
      ))}
      {asked === undefined || words === undefined ? null : (
        <ConfirmDialog
          isOpen={isOpen}
          title={words.title}
          confirmLabel={words.confirm}
          isDangerous={words.isDangerous}
          isBusy={run.isPending}
          error={run.error}
          onConfirm={() => run.mutate(asked)}
          onClose={() => setOpen(false)}
        >
          {words.effects.map((effect) => (
            <p key={effect}>{effect}</p>
          ))}
        </ConfirmDialog>
      )}
    </>
  );
}
