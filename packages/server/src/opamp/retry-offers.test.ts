import type { InstanceUid } from '@drover/opamp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';
import { type OpampAgent, startAgent, type Transport } from '../testing/opamp-agent.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

/** An agent as supervisors are: what failed stays failed until it is told to restart. `isMended` says whether it can start. */
function startSupervised(transport: Transport, isMended: () => boolean, canRestart = true) {
  const told: string[] = [];
  let failedHash = '';
  const agent: OpampAgent = startAgent(server, transport, {
    capabilities: [
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      ...(canRestart ? (['AcceptsRestartCommand'] as const) : []),
    ],
    onRemoteConfig: ({ hash }) => {
      told.push('config');
      const isFailed = failedHash === Buffer.from(hash).toString('hex') || !isMended();
      if (!isFailed) return agent.client.setRemoteConfigStatus({ hash, status: 'applied' });
      failedHash = Buffer.from(hash).toString('hex');
      agent.client.setRemoteConfigStatus({ hash, status: 'failed', errorMessage: 'port taken' });
    },
    onRestartCommand: () => {
      told.push('restart');
      failedHash = '';
    },
  });
  return Object.assign(agent, { told });
}

async function rollOut(uid: string, name: string) {
  await eventually(
    () => server.api.getAgent(uid).catch(() => undefined),
    (agent) => agent?.connection.state === 'connected',
  );
  await server.api.putConfig(name, { body: `exporters: {debug: {}} # ${name}` });
  return server.api.createRollout({ target: { kind: 'config', name }, selector: `instanceUid=${uid}` });
}

const inState = (id: string, state: string) =>
  eventually(
    () => server.api.getRollout(id),
    (rollout) => rollout.state === state,
  );
describe.each<Transport>(['websocket', 'http'])('a retry over %s', (transport) => {
  it('tells the agent to restart before it is offered the same once more', async () => {
    let isMended = false;
    await using agent = startSupervised(transport, () => isMended);
    const { id } = await rollOut(agent.uid, `mended-${transport}`);
    await inState(id, 'failed');
    isMended = true;
    await server.api.actOnRollout(id, 'retry');
    expect(await inState(id, 'succeeded')).toMatchObject({ counts: { applied: 1, failed: 0 } });
    expect(agent.told).toEqual(['config', 'restart', 'config']);
  });

  it('tells it once for each try, also where the agent fails every time', async () => {
    await using agent = startSupervised(transport, () => false);
    const { id } = await rollOut(agent.uid, `broken-${transport}`);
    await inState(id, 'failed');
    for (const tries of [2, 3]) {
      await server.api.actOnRollout(id, 'retry');
      await eventually(
        async () => agent.told.filter((each) => each === 'config').length,
        (offers) => offers === tries,
      );
      await inState(id, 'failed');
    }
    expect(agent.told).toEqual(['config', 'restart', 'config', 'restart', 'config']);
  });

  it('restarts nobody where the same is rolled out anew', async () => {
    await using agent = startSupervised(transport, () => false);
    const { id } = await rollOut(agent.uid, `anew-${transport}`);
    await inState(id, 'failed');
    const again = await rollOut(agent.uid, `anew-${transport}`);
    await inState(again.id, 'failed');
    expect(agent.told).toEqual(['config', 'config']);
  });

  it('offers it at once to an agent that takes no such command', async () => {
    await using agent = startSupervised(transport, () => agent.told.length > 1, false);
    const { id } = await rollOut(agent.uid, `plain-${transport}`);
    await inState(id, 'failed');
    await server.api.actOnRollout(id, 'retry');
    await eventually(
      async () => agent.told.length,
      (offers) => offers === 2,
    );
    expect(agent.told).toEqual(['config', 'config']);
  });

  it('does not tell it again where the restart cost it its link', async () => {
    let links: OpampAgent[] = [];
    let restarts = 0;
    const link = (instanceUid?: InstanceUid): OpampAgent => {
      const agent: OpampAgent = startAgent(server, transport, {
        ...(instanceUid === undefined ? {} : { instanceUid }),
        onRemoteConfig: ({ hash }) => {
          const status = restarts === 0 ? 'failed' : 'applied';
          agent.client.setRemoteConfigStatus({ hash, status, errorMessage: 'port taken' });
        },
        onRestartCommand: () => {
          restarts += 1;
          void agent.client.stop().then(() => link(agent.client.instanceUid));
        },
      });
      links = [...links, agent];
      return agent;
    };
    const { uid } = link();
    const { id } = await rollOut(uid, `cut-${transport}`);
    await inState(id, 'failed');
    await server.api.actOnRollout(id, 'retry');
    await inState(id, 'succeeded');
    expect([restarts, links.length]).toEqual([1, 2]);
    await Promise.all(links.map(({ client }) => client.stop()));
  });
});
