import type { Agent, AgentFlow as Flow } from '@drover/api';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { formatBytes, formatRate } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { Time } from '../components/time.tsx';
import { useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';

/** What flows through the agent, as its own metrics say. */
export function AgentFlow({ agent }: { readonly agent: Agent }) {
  const { api } = useConsole();
  const query = useQuery(queries.agentFlow(api, agent.instanceUid));
  const flow = query.data;
  return (
    <Panel
      title="Flow"
      aside={
        flow?.at ? (
          <span className={styles.muted}>
            <Time at={flow.at} />
          </span>
        ) : null
      }
    >
      {flow === undefined ? (
        query.isError ? (
          <ErrorState
            error={query.error}
            what="Flow could not be read"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <p className={styles.muted}>Reading…</p>
        )
      ) : flow.at === null ? (
        <p className={styles.muted}>{whyNone(agent, flow)}</p>
      ) : (
        <Figures flow={flow} />
      )}
      {flow?.offer?.state === 'failed' ? (
        <FailedOffer uid={agent.instanceUid} error={flow.offer.error} />
      ) : null}
      {flow?.offer?.state === 'taken_back' ? (
        <p className={styles.muted}>It is told to send its own metrics here no more.</p>
      ) : null}
    </Panel>
  );
}

/** It is not told the same again by itself: that would fail the same way. */
function FailedOffer({ uid, error }: { readonly uid: string; readonly error: string }) {
  const { api, queryClient } = useConsole();
  const retry = useMutation({
    mutationFn: () => api.retryOwnMetrics(uid),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queries.agentFlow(api, uid).queryKey }),
  });
  return (
    <>
      <Note
        tone="look"
        actions={
          <Button loading={retry.isPending} onClick={() => retry.mutate()}>
            Tell it again
          </Button>
        }
      >
        It cannot use what it was told of where to send its own metrics: {error || 'it gave no reason'}.
      </Note>
      {retry.error === null ? null : <FailureNote error={retry.error} />}
    </>
  );
}

function whyNone({ capabilities }: Agent, { offer }: Flow): string {
  const judged = 'Gates of rollouts judge it by health alone.';
  if (capabilities.includes('ReportsOwnMetrics') && offer?.state === 'not_told')
    return `It is not told to send its own metrics here. ${judged}`;
  return capabilities.includes('ReportsOwnMetrics')
    ? `It has sent no own metrics yet. ${judged}`
    : `Sends no own metrics: it does not say that it can (ReportsOwnMetrics). ${judged}`;
}

function Figures({ flow }: { readonly flow: Flow }) {
  const { queuePercent, memoryBytes } = flow;
  const rate = (perSecond: number | null) =>
    perSecond === null ? 'After its next export' : formatRate(perSecond);
  return (
    <Facts
      facts={[
        ['Accepted', rate(flow.accepted)],
        ['Sent', rate(flow.sent)],
        ['Refused', rate(flow.refused)],
        ['Failed to send', rate(flow.failed)],
        [
          'Fullest queue',
          queuePercent === null ? 'Has none, or does not say' : `${queuePercent.toFixed(0)} % full`,
        ],
        ['Memory', memoryBytes === null ? 'Does not say' : formatBytes(memoryBytes)],
      ]}
    />
  );
}
