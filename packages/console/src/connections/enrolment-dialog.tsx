import type { AgentSelection, EnrolmentAct, EnrolmentResult } from '@drover/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ActRemainder } from '../components/act-remainder.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf } from '../components/format.ts';
import { useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';

interface EnrolmentDialogProps {
  readonly act: EnrolmentAct;
  readonly selection: AgentSelection;
  readonly onClose: () => void;
  readonly onDone?: (result: EnrolmentResult) => void;
}

const VERBS: Record<EnrolmentAct, string> = {
  approve: 'Approve',
  reject: 'Reject',
  revoke: 'Revoke',
  rotate: 'Rotate credentials of',
};

const EFFECTS: Record<EnrolmentAct, ReactNode> = {
  approve:
    'They get what is intended for them: the configuration of every rollout they match, and their own credential if they accept one.',
  reject: 'They are disconnected at once and refused from then on. You can still approve them later.',
  revoke:
    'Their credentials become invalid, they are disconnected at once, and they are refused, whatever credential they use, until they are approved again. Running Collectors keep running.',
  rotate:
    'Each is offered a new credential; those that are offline get it when they reconnect. The current one stays valid until the agent has connected with the new one.',
};

/** Shows what an act on agents would do, with its number, and does it to exactly those that were counted. */
export function EnrolmentDialog({ act, selection, onClose, onDone }: EnrolmentDialogProps) {
  const { api, queryClient } = useConsole();
  const preview = useQuery(queries.enrolmentPreview(api, act, selection));
  const decide = useMutation({
    mutationFn: (instanceUids: string[]) => api.decideEnrolment(act, { instanceUids }),
    onSuccess: async (result) => {
      await Promise.all(
        ['agents', 'agent', 'stats', 'credentials', 'tokens'].map((kind) =>
          queryClient.invalidateQueries({ queryKey: [kind] }),
        ),
      );
      onDone?.(result);
      onClose();
    },
  });
  const result = preview.data;
  const uids = result?.instanceUids ?? [];
  const agents = countOf(uids.length, 'agent');
  const isNothing = result !== undefined && uids.length === 0;
  return (
    <ConfirmDialog
      isOpen
      title={uids.length === 0 ? `${VERBS[act]} agents?` : `${VERBS[act]} ${agents}?`}
      confirmLabel={isNothing ? 'Close' : `${VERBS[act]} ${uids.length === 0 ? 'agents' : agents}`}
      isDangerous={act === 'reject' || act === 'revoke'}
      isBusy={decide.isPending || preview.isPending}
      error={decide.error ?? preview.error}
      onConfirm={() => (isNothing ? onClose() : decide.mutate([...uids]))}
      onClose={onClose}
    >
      {isNothing ? <p>Nothing to change.</p> : <p>{EFFECTS[act]}</p>}
      {result === undefined ? null : <ActRemainder result={result} already="already in this state" />}
    </ConfirmDialog>
  );
}
