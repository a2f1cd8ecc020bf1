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
            what="Flow could not be loaded"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <p className={styles.muted}>Loading…</p>
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
        <p className={styles.muted}>It has been told to stop sending its own metrics here.</p>
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
            Try again
          </Button>
        }
      >
        It cannot use the address it was given for its own metrics: {error || 'no reason given'}.
      </Note>
      {retry.error === null ? null : <FailureNote error={retry.error} />}
    </>
  );
}

function whyNone({ capabilities }: Agent, { offer }: Flow): string {
  const judged = 'Rollout gates judge it by health alone.';
  if (capabilities.includes('ReportsOwnMetrics') && offer?.state === 'not_told')
    return `It is not asked to send its own metrics here. ${judged}`;
  return capabilities.includes('ReportsOwnMetrics')
    ? `No own metrics received yet. ${judged}`
    : `Sends no own metrics: it lacks the capability (ReportsOwnMetrics). ${judged}`;
}

function Figures({ flow }: { readonly flow: Flow }) {
  const { queuePercent, memoryBytes } = flow;
  const rate = (perSecond: number | null) =>
    perSecond === null ? 'After the next export' : formatRate(perSecond);
  return (
    <Facts
      facts={[
        ['Accepted', rate(flow.accepted)],
        ['Sent', rate(flow.sent)],
        ['Refused', rate(flow.refused)],
        ['Failed to send', rate(flow.failed)],
        [
          'Fullest queue',
          queuePercent === null ? 'None, or not reported' : `${queuePercent.toFixed(0)} % full`,
        ],
        ['Memory', memoryBytes === null ? 'Not reported' : formatBytes(memoryBytes)],
      ]}
    />
  );
}
