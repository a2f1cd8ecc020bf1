import type { ReassertSelection } from '@drover/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ActRemainder } from '../components/act-remainder.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf, formatDuration } from '../components/format.ts';
import { useConsole } from '../data/console-context.tsx';
import { driftQueries } from '../data/drift-queries.ts';

/** Shows how many agents would be offered their configuration once more, and does it to no more than were counted. */
export function ReassertDialog(props: {
  readonly selection: ReassertSelection;
  readonly onClose: () => void;
  readonly onDone: (agents: number) => void;
}) {
  const { selection, onClose, onDone } = props;
  const { api, queryClient } = useConsole();
  const preview = useQuery(driftQueries.reassertion(api, selection));
  const act = useMutation({
    mutationFn: (atMost: number) => api.reassertAgents({ ...selection, atMost }),
    onSuccess: (result) => {
      void queryClient.invalidateQueries({ queryKey: ['drift'] });
      void queryClient.invalidateQueries({ queryKey: driftQueries.runs(api).queryKey });
      void queryClient.invalidateQueries({ queryKey: ['agent'] });
      onDone(result.changed);
      onClose();
    },
  });
  const result = preview.data;
  const count = result?.changed ?? 0;
  const agents = countOf(count, 'agent');
  const isNothing = result !== undefined && count === 0;
  return (
    <ConfirmDialog
      isOpen
      title={count === 0 ? 'Re-assert the configuration?' : `Re-assert the configuration of ${agents}?`}
      confirmLabel={isNothing ? 'Close' : count === 0 ? 'Re-assert' : `Re-assert on ${agents}`}
      isBusy={act.isPending || preview.isPending}
      error={act.error ?? preview.error}
      onConfirm={() => (isNothing ? onClose() : act.mutate(count))}
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
            {agents} {count === 1 ? 'is' : 'are'} offered what {count === 1 ? 'it is' : 'they are'} to run
            once more.{' '}
            {result.restarts === 0
              ? 'None of them accepts a restart: whether they read their configuration anew is up to them.'
              : `${countOf(result.restarts, 'agent')} ${result.restarts === 1 ? 'is' : 'are'} asked to restart, so that the configuration is read anew; a restart interrupts what flows for a moment.`}
          </p>
          <p>
            {result.seconds === 0
              ? 'They are asked at once.'
              : `They are asked one after the other, which takes ${formatDuration(result.seconds * 1000)}; it can be stopped meanwhile.`}
          </p>
          <p>This cannot be undone. Where something else writes the configuration, the drift comes back.</p>
        </>
      )}
      {result === undefined ? null : (
        <ActRemainder
          // All of them are asked, also those that are not named.
          result={{ ...result, changed: result.instanceUids.length }}
          already="run what they are meant to, or are not compared"
        />
      )}
    </ConfirmDialog>
  );
}
