import type { Agent, AgentDrift as Drift } from '@drover/api';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { driftWords } from '../components/tone.ts';
import { useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { ReassertFigures } from '../drift/reassert-figures.tsx';
import styles from './agent.module.css';

const CHANGES: Record<Drift['differences'][number]['change'], string> = {
  missing: 'Missing',
  extra: 'Not intended',
  changed: 'Another value',
};

/** In what the agent runs something else than it is meant to, by meaning. */
export function AgentDrift({ agent }: { readonly agent: Agent }) {
  const { api } = useConsole();
  const query = useQuery(queries.agentDrift(api, agent.instanceUid));
  if (agent.remoteConfig.desired === null) return null;
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState error={query.error} what="Drift could not be read" onRetry={() => void query.refetch()} />
    ) : null;
  }
  const { state, reason, differences, reassert } = query.data;
  return (
    <Panel title="Effective against intended, by meaning" aside={<StateBadge state={driftWords[state]} />}>
      {state === 'unknown' ? <p className={styles.muted}>Not compared: {reason}.</p> : null}
      {state === 'none' ? (
        <p className={styles.muted}>
          It runs what it is meant to. Order, defaults and what its supervisor adds do not count.
        </p>
      ) : null}
      {reassert === null ? null : (
        <p className={styles.muted}>
          <ReassertFigures reassert={reassert} />
        </p>
      )}
      {differences.length === 0 ? null : (
        <>
          <p>{countOf(differences.length, 'difference')}</p>
          <ul className={styles.drift}>
            {differences.map(({ path, change, intended, effective }) => (
              <li key={`${path} ${change}`}>
                <code>{path}</code> <span className={styles.muted}>{CHANGES[change]}</span>
                {change === 'changed' ? (
                  <span>
                    {' '}
                    <code>{JSON.stringify(intended)}</code> intended, <code>{JSON.stringify(effective)}</code>{' '}
                    runs
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
          <Reassert agent={agent} />
        </>
      )}
    </Panel>
  );
}

function Reassert({ agent }: { readonly agent: Agent }) {
  const { api, queryClient } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const run = useMutation({
    mutationFn: () => api.reassertAgent(agent.instanceUid),
    onSuccess: () => {
      setOpen(false);
      void queryClient.invalidateQueries({ queryKey: ['agent', agent.instanceUid] });
    },
  });
  const restarts = agent.capabilities.includes('AcceptsRestartCommand');
  return (
    <>
      <Button
        onClick={() => {
          run.reset();
          setOpen(true);
        }}
      >
        Re-assert
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        title="Offer it what it is to run once more?"
        confirmLabel="Re-assert on 1 agent"
        isBusy={run.isPending}
        isDangerous={false}
        error={run.error}
        onConfirm={() => run.mutate()}
        onClose={() => setOpen(false)}
      >
        <p>The agent is offered its intended configuration once more.</p>
        <p>
          {restarts
            ? 'It is also asked to restart, so that it reads its configuration anew.'
            : 'It does not accept a restart: whether it reads its configuration anew is up to it.'}
        </p>
      </ConfirmDialog>
    </>
  );
}
