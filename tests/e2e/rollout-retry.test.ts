import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, startSupervisor, temporaryFolder } from './support/drover.ts';
import { freePort, takenPort } from './support/ports.ts';
import { eventually } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { listeningOn } from './support/supervised.ts';

describeWithCollector('a retry of a rollout', () => {
  test('is applied by an agent that failed on a port that is free by now', async () => {
    await using folder = await temporaryFolder('retry');
    await using server = await startServer({ dataDir: join(folder.path, 'data') });
    const { api } = server;
    await using _supervisor = await startSupervisor({
      folder: folder.path,
      collector: COLLECTOR,
      opampUrl: server.opampUrl,
      metricsPort: await freePort(),
    });
    const { instanceUid } = await eventually('it is healthy', async () => {
      const [agent] = (await api.listAgents()).items;
      return agent?.health.state === 'healthy' ? agent : undefined;
    });
    const taken = await takenPort();
    await api.putConfig('listening', { body: listeningOn(taken.port) });
    const target = { kind: 'config', name: 'listening' } as const;
    const { id } = await api.createRollout({ target, selector: '' });
    await eventually('it failed', async () => (await api.getRollout(id)).state === 'failed');
    const [failed] = (await api.rolloutAgents(id, { state: 'failed' })).items;
    expect(failed?.reason).toContain('address already in use');

    await taken[Symbol.asyncDispose]();
    await api.actOnRollout(id, 'retry');
    await eventually('it is applied', async () => (await api.getRollout(id)).state === 'succeeded');
    const agent = await api.getAgent(instanceUid);
    expect(agent.remoteConfig).toMatchObject({ status: 'applied', inSync: true });
    const kinds = (await api.agentEvents(instanceUid)).items.map(({ kind }) => kind).reverse();
    const told = kinds.filter((kind) => kind === 'config_offered' || kind === 'command_sent');
    expect(told).toEqual(['config_offered', 'command_sent', 'config_offered']);
  });
});
