import type { ReassertSelection } from '@drover/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ActRemainder } from '../components/act-remainder.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf } from '../components/format.ts';
import { useConsole } from '../data/console-context.tsx';
import { driftQueries } from '../data/drift-queries.ts';

/** Shows how many agents would be offered their configuration once more, and does it to exactly those that were counted. */
export function ReassertDialog(props: {
  readonly selection: ReassertSelection;
  readonly onClose: () => void;
  readonly onDone: (agents: number) => void;
}) {
  const { selection, onClose, onDone } = props;
  const { api, queryClient } = useConsole();
  const preview = useQuery(driftQueries.reassertion(api, selection));
  const act = useMutation({
    mutationFn: (instanceUids: string[]) => api.reassertAgents({ instanceUids }),
    onSuccess: (result) => {
      void queryClient.invalidateQueries({ queryKey: ['drift'] });
      void queryClient.invalidateQueries({ queryKey: ['agent'] });
      onDone(result.changed);
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
      title={uids.length === 0 ? 'Re-assert the configuration?' : `Re-assert the configuration of ${agents}?`}
      confirmLabel={isNothing ? 'Close' : uids.length === 0 ? 'Re-assert' : `Re-assert on ${agents}`}
      isBusy={act.isPending || preview.isPending}
      error={act.error ?? preview.error}
      onConfirm={() => (isNothing ? onClose() : act.mutate([...uids]))}
      onClose={onClose}
    >
      {result === undefined ? (
        <p>Counting the agents…</p>
      ) : isNothing ? (
        <p>There is no agent that drifts and can be offered its configuration now.</p>
      ) : (
        <>
          {selection.path === undefined ? null : (
            <p>
              Those that drift at <code>{selection.path}</code>, whatever they run there:
            </p>
          )}
          <p>
            {agents} {uids.length === 1 ? 'is' : 'are'} offered what{' '}
            {uids.length === 1 ? 'it is' : 'they are'} to run once more.{' '}
            {result.restarts === 0
              ? 'None of them accepts a restart: whether they read their configuration anew is up to them.'
              : `${countOf(result.restarts, 'agent')} ${result.restarts === 1 ? 'is' : 'are'} asked to restart, so that the configuration is read anew; a restart interrupts what flows for a moment.`}
          </p>
          <p>This cannot be undone. Where something else writes the configuration, the drift comes back.</p>
        </>
      )}
      {result === undefined ? null : (
        <ActRemainder result={result} already="run what they are meant to, or are not compared" />
      )}
    </ConfirmDialog>
  );
}
