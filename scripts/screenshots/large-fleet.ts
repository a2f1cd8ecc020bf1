import type { RolloutCreate } from '@drover/api';
import type { RunningServer } from '../../tests/e2e/support/drover.ts';
import { eventually } from '../../tests/e2e/support/process.ts';
import { EDGE, EDGE_NEXT, HUGE, OTHER } from './content.ts';

/** An agent that is well, one that failed, a rollout that waits, one that ended. */
export type Ids = readonly (string | undefined)[];

/** A fleet in the middle of its life: most run the first revision, some refused the second, drift, wait. */
export async function fillThousand(server: RunningServer): Promise<Ids> {
  const { api } = server;
  await api.putConfig('edge', { body: EDGE, description: 'Gateways at the edge', message: 'the first' });
  await api.putConfig('logs', { body: OTHER, description: 'Logs of the web servers' });
  await api.putConfig('huge', { body: HUGE, description: 'One mebibyte, to see that it stays quick' });
  await api.putSecret('gateway-token', { value: 'shown nowhere' });
  await api.createEnrolmentToken({ name: 'rack-installer', autoApprove: true });
  const ended = await rollOut(server, { selector: '' }, 'ended');
  await api.putConfig('edge', { body: EDGE_NEXT, message: 'memory is bounded' });
  const waves = [{ count: 2, approval: true }, { percent: 10, approval: true }, { percent: 50 }];
  const running = await rollOut(
    server,
    {
      selector: 'os.type=linux',
      strategy: {
        kind: 'waves',
        waves,
        gates: { soakSeconds: 0, healthy: false, maxFailed: { percent: 60 } },
      },
      message: 'bound the memory everywhere',
    },
    'waits',
  );
  const [agent] = (await api.listAgents({ sync: ['in_sync'], health: ['healthy'], limit: 1 })).items;
  const [failed] = (await api.listAgents({ sync: ['failed'], limit: 1 })).items;
  return [agent?.instanceUid, failed?.instanceUid, running, ended];
}

async function rollOut(
  { api }: RunningServer,
  how: Omit<RolloutCreate, 'target'>,
  until: 'ended' | 'waits',
): Promise<string> {
  const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, ...how });
  await eventually(
    `the rollout ${until}`,
    async () => {
      const rollout = await api.getRollout(id);
      return until === 'ended' ? rollout.endedAt !== null : rollout.pausedBecause?.kind === 'approval';
    },
    300_000,
  );
  return id;
}
