import { createOpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
const agents: ReturnType<typeof createOpampClient>[] = [];

/** Agents that never answer an offer, so that rollouts stay running. */
beforeAll(async () => {
  server = await startTestControlPlane();
  for (const name of ['one', 'two', 'read-only']) {
    const agent = createOpampClient({
      url: server.plane.opampUrl,
      description: { identifying: { 'service.name': name } },
      capabilities:
        name === 'read-only'
          ? ['ReportsStatus']
          : ['ReportsStatus', 'AcceptsRemoteConfig', 'ReportsRemoteConfig'],
    });
    agent.start();
    agents.push(agent);
  }
  await server.api.putConfig('base', { body: 'a: 1' });
  await server.api.putConfig('region', { body: 'b: 1' });
  await eventually(
    () => server.api.stats(),
    ({ type }) => type.length === 3,
  );
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await server[Symbol.asyncDispose]();
});

const base = { target: { kind: 'config', name: 'base' }, selector: 'service.name=one' } as const;

describe('rollouts', () => {
  it('show beforehand who would change and who cannot', async () => {
    const preview = await server.api.previewRollout({ ...base, selector: '' });
    expect(preview).toMatchObject({
      matched: 3,
      wouldChange: { count: 2 },
      cannot: {
        count: 1,
        agents: [{ displayName: 'read-only', reason: expect.stringContaining('does not accept') }],
      },
      target: { configs: [{ name: 'base', revision: 1 }] },
      groups: { items: [{ agents: 2, against: 'nothing', after: [{ name: 'base', revision: 1 }] }] },
    });
    expect((await server.api.listRollouts()).total).toBe(0);
  });

  it('are paused, resumed, rolled back and aborted, each where its state allows', async () => {
    const { id, state } = await server.api.createRollout(base);
    expect(state).toBe('running');
    expect(await server.api.actOnRollout(id, 'pause')).toMatchObject({ id, state: 'paused' });
    await expect(server.api.actOnRollout(id, 'pause')).rejects.toMatchObject({
      status: 409,
      code: 'rollout_state_conflict',
    });
    expect(await server.api.actOnRollout(id, 'resume')).toMatchObject({ state: 'running' });
    const members = await server.api.rolloutAgents(id);
    const { items } = await server.api.rolloutEvents(id);
    expect(items.map(({ kind }) => kind)).toEqual(['resumed', 'paused', 'wave_released', 'started']);
    expect(await server.api.rolloutReasons(id)).toEqual({ items: [], rest: 0 });
    await expect(server.api.rolloutReasons('absent')).rejects.toMatchObject({ code: 'rollout_not_found' });
    expect(members).toMatchObject({ total: 1, items: [{ displayName: 'one', isConnected: true }] });
    expect(await server.api.actOnRollout(id, 'rollback')).toMatchObject({ state: 'rolled_back' });
    const second = await server.api.createRollout(base);
    expect(await server.api.actOnRollout(second.id, 'abort')).toMatchObject({ state: 'aborted' });
  });

  it('name a whole stack, pinned', async () => {
    const configs = [{ name: 'base' }, { name: 'region', revision: 1 }];
    const rollout = await server.api.createRollout({ ...base, target: { kind: 'config', configs } });
    expect(rollout.target.configs).toEqual([
      { name: 'base', revision: 1 },
      { name: 'region', revision: 1 },
    ]);
    expect((await server.api.listRollouts({ config: 'region' })).items.map(({ id }) => id)).toEqual([
      rollout.id,
    ]);
    await expect(server.api.deleteConfig('region')).rejects.toMatchObject({
      status: 409,
      code: 'config_in_use',
    });
    await server.api.actOnRollout(rollout.id, 'abort');
  });

  it('start once for one Idempotency-Key', async () => {
    const first = await server.api.createRollout(base, 'deploy-42');
    const again = await server.api.createRollout(base, 'deploy-42');
    expect(again.id).toBe(first.id);
    await server.api.actOnRollout(first.id, 'abort');
  });

  it('are refused where what they name is not there', async () => {
    const create = (body: object) => server.api.createRollout({ ...base, ...body });
    await expect(create({ target: { kind: 'config', name: 'absent' } })).rejects.toMatchObject({
      status: 404,
      code: 'config_not_found',
    });
    await expect(create({ target: { kind: 'config', name: 'base', revision: 9 } })).rejects.toMatchObject({
      code: 'revision_not_found',
    });
    await expect(create({ selector: 'a==' })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_selector',
    });
    await expect(create({ target: { kind: 'config' } })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(create({ selector: undefined })).rejects.toMatchObject({
      code: 'invalid_request',
      problem: { errors: [expect.objectContaining({ pointer: '/selector' })] },
    });
    await expect(server.api.getRollout('absent')).rejects.toMatchObject({
      status: 404,
      code: 'rollout_not_found',
    });
    await expect(server.api.actOnRollout('absent', 'pause')).rejects.toMatchObject({
      code: 'rollout_not_found',
    });
  });
});
