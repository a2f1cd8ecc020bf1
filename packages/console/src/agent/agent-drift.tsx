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
  changed: 'Different value',
};

/** In what the agent runs something else than it is meant to, by meaning. */
export function AgentDrift({ agent }: { readonly agent: Agent }) {
  const { api } = useConsole();
  const query = useQuery(queries.agentDrift(api, agent.instanceUid));
  if (agent.remoteConfig.desired === null) return null;
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState error={query.error} what="Drift could not be loaded" onRetry={() => void query.refetch()} />
    ) : null;
  }
  const { state, reason, differences, reassert } = query.data;
  return (
    <Panel
      title="Effective compared with intended, by meaning"
      aside={<StateBadge state={driftWords[state]} />}
    >
      {state === 'unknown' ? <p className={styles.muted}>Not compared: {reason}.</p> : null}
      {state === 'none' ? (
        <p className={styles.muted}>
          It runs as intended. Order, defaults and what its supervisor adds are ignored.
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
                    <code>{JSON.stringify(effective)}</code>, intended <code>{JSON.stringify(intended)}</code>
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
        title="Re-assert the configuration?"
        confirmLabel="Re-assert on 1 agent"
        isBusy={run.isPending}
        isDangerous={false}
        error={run.error}
        onConfirm={() => run.mutate()}
        onClose={() => setOpen(false)}
      >
        <p>The agent is offered its intended configuration again.</p>
        <p>
          {restarts
            ? 'It is also asked to restart, to reload its configuration.'
            : 'It does not accept a restart: whether it reloads its configuration is up to it.'}
        </p>
      </ConfirmDialog>
    </>
  );
}
