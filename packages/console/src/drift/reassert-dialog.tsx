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
        <p>Counting agents…</p>
      ) : isNothing ? (
        <p>No drifted agent can be offered its configuration now.</p>
      ) : (
        <>
          {selection.path === undefined ? null : (
            <p>
              Agents that differ at <code>{selection.path}</code>, whatever their value there:
            </p>
          )}
          <p>
            {agents} {count === 1 ? 'is' : 'are'} offered {count === 1 ? 'its' : 'their'} intended
            configuration again.{' '}
            {result.restarts === 0
              ? 'None of them accepts a restart: whether they reload their configuration is up to them.'
              : `${countOf(result.restarts, 'agent')} ${result.restarts === 1 ? 'is' : 'are'} asked to restart to reload the configuration; a restart briefly interrupts the data flow.`}
          </p>
          <p>
            {result.seconds === 0
              ? 'All are asked at once.'
              : `They are asked one after another, which takes ${formatDuration(result.seconds * 1000)}; it can be stopped meanwhile.`}
          </p>
          <p>This cannot be undone. If something else writes the configuration, the drift will return.</p>
        </>
      )}
      {result === undefined ? null : (
        <ActRemainder
          // All of them are asked, also those that are not named.
          result={{ ...result, changed: result.instanceUids.length }}
          already="not drifted, or not compared"
        />
      )}
    </ConfirmDialog>
  );
}
