import type { Agent } from '@drover/api';
import { Button, Tooltip } from '@mantine/core';
import { IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { useConsole } from '../data/console-context.tsx';

function restartRefusal(agent: Agent): string | undefined {
  if (!agent.capabilities.includes('AcceptsRestartCommand'))
    return 'This agent does not accept restart commands';
  if (agent.enrolment.state !== 'approved') return 'The agent is not approved';
  if (agent.connection.state === 'disconnected') return 'The agent is not connected';
  return undefined;
}

export function AgentActions(props: { readonly agent: Agent }) {
  const { agent } = props;
  const { api, queryClient } = useConsole();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'restart' | 'forget'>();
  const restart = useMutation({
    mutationFn: () => api.commandAgent(agent.instanceUid, { type: 'restart' }),
    onSuccess: () => {
      setAsked(undefined);
      void queryClient.invalidateQueries({ queryKey: ['agent', agent.instanceUid] });
    },
  });
  const forget = useMutation({
    mutationFn: () => api.forgetAgent(agent.instanceUid),
    onSuccess: async () => {
      await navigate({ to: '/agents' });
      queryClient.removeQueries({ queryKey: ['agent', agent.instanceUid] });
      void queryClient.invalidateQueries({ queryKey: ['agents', 'fleet'] });
    },
  });
  const refusal = restartRefusal(agent);
  return (
    <>
      <Tooltip label={refusal ?? 'Ask the agent to restart'}>
        <Button
          leftSection={<IconRefresh size={15} />}
          aria-disabled={refusal !== undefined}
          data-disabled={refusal !== undefined}
          aria-description={refusal}
          onClick={() => (refusal === undefined ? setAsked('restart') : undefined)}
        >
          Restart
        </Button>
      </Tooltip>
      <Button leftSection={<IconTrash size={15} />} onClick={() => setAsked('forget')}>
        Forget
      </Button>
      <EditConfiguration agent={agent} />
      <ConfirmDialog
        isOpen={asked === 'restart'}
        title="Restart this agent?"
        confirmLabel="Restart agent"
        isBusy={restart.isPending}
        error={restart.error}
        onConfirm={() => restart.mutate()}
        onClose={() => {
          setAsked(undefined);
          restart.reset();
        }}
      >
        <p>
          1 agent, <strong>{agent.displayName}</strong>, will be asked to restart. It collects nothing while
          restarting, usually for a few seconds.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'forget'}
        title="Forget this agent?"
        confirmLabel="Forget agent"
        isDangerous
        isBusy={forget.isPending}
        error={forget.error}
        onConfirm={() => forget.mutate()}
        onClose={() => {
          setAsked(undefined);
          forget.reset();
        }}
      >
        <p>
          1 agent, <strong>{agent.displayName}</strong>: its connection is closed, and its labels,
          configuration assignment and timeline are removed from Drover. This cannot be undone.
        </p>
        <p>The agent itself is not stopped. If it is still running, it reconnects and is listed as new.</p>
      </ConfirmDialog>
    </>
  );
}

/** To what it is to run; where that is made of several, to where they are listed. */
function EditConfiguration({ agent }: { readonly agent: Agent }) {
  const configs = agent.remoteConfig.desired?.configs ?? [];
  const [only] = configs;
  if (only === undefined) return null;
  const look = { variant: 'filled', leftSection: <IconPencil size={15} />, 'data-edit': true } as const;
  return configs.length === 1 ? (
    <LinkButton to="/configs/$name" params={{ name: only.name }} {...look}>
      Edit configuration
    </LinkButton>
  ) : (
    <LinkButton
      to="/agents/$uid"
      params={{ uid: agent.instanceUid }}
      search={{ tab: 'configuration' }}
      {...look}
    >
      Edit configurations
    </LinkButton>
  );
}
