import type { ReassertRun } from '@drover/api';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { useConsole } from '../data/console-context.tsx';
import { driftQueries } from '../data/drift-queries.ts';

/** Re-assertions of many agents that are under way, with a way to stop them. */
export function ReassertRuns() {
  const { api } = useConsole();
  const items = useQuery(driftQueries.runs(api)).data?.items ?? [];
  return items.filter(({ state }) => state === 'running').map((run) => <RunNote key={run.id} run={run} />);
}

function RunNote({ run }: { readonly run: ReassertRun }) {
  const { api, queryClient } = useConsole();
  const stop = useMutation({
    mutationFn: () => api.stopReassert(run.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: driftQueries.runs(api).queryKey }),
  });
  return (
    <>
      <Note
        tone="progress"
        actions={
          <Button loading={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        }
      >
        Re-asserting: {formatCount(run.asked)} of {countOf(run.total, 'agent')} asked, {run.perSecond} per
        second, by {run.author}.
      </Note>
      {stop.isError ? <FailureNote error={stop.error} /> : null}
    </>
  );
}
