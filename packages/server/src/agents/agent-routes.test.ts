import { createOpampClient, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
const agents: OpampClient[] = [];
const NOBODY = '00000000-0000-7000-8000-000000000000';

beforeAll(async () => {
  server = await startTestControlPlane();
  for (const [name, version] of [
    ['collector', '1.0.0'],
    ['collector', '2.0.0'],
    ['fluent-bit', '4.0.0'],
  ] as const) {
    const agent = createOpampClient({
      url: server.plane.opampUrl,
      description: { identifying: { 'service.name': name, 'service.version': version } },
      capabilities: ['ReportsStatus'],
    });
    agent.start();
    agents.push(agent);
  }
  await eventually(
    () => server.api.stats(),
    ({ version }) => version.length === 3,
  );
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await server[Symbol.asyncDispose]();
});

const uidOf = (index: number): string => agents[index]?.instanceUid ?? '';

describe('agents', () => {
  it('are found by selector, state, words and version', async () => {
    const total = async (query: object) => (await server.api.listAgents(query)).total;
    expect(await total({ selector: 'service.name=collector' })).toBe(2);
    expect(await total({ selector: 'service.name notin (collector)' })).toBe(1);
    expect(await total({ state: ['connected'] })).toBe(3);
    expect(await total({ state: ['stale', 'disconnected'] })).toBe(0);
    expect(await total({ q: 'FLUENT 4.0' })).toBe(1);
    expect(await total({ version: '2.0.0' })).toBe(1);
    await expect(total({ state: ['asleep'] })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    await expect(total({ sort: 'colour' })).rejects.toMatchObject({ code: 'invalid_sort' });
  });

  it('are listed in pages that hold each of them once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.api.listAgents({
        limit: 1,
        sort: '-version',
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.items.map(({ version }) => version));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['4.0.0', '2.0.0', '1.0.0']);
  });

  it('tell their keys and values, and are grouped by them', async () => {
    const { items } = await server.api.agentKeys({ q: 'service' });
    expect(items).toContainEqual({ source: 'attribute', key: 'service.name', agents: 3, values: 2 });
    expect(await server.api.agentValues({ key: 'service.name', q: 'COL' })).toEqual({
      items: [{ value: 'collector', agents: 2 }],
      hasMore: false,
    });
    const groups = await server.api.agentGroups({ by: 'type', state: ['connected'] });
    expect(groups.items.map(({ value, agents }) => [value, agents])).toEqual([
      ['collector', 2],
      ['fluent-bit', 1],
    ]);
    await expect(server.api.agentGroups({ by: 'a=b' })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    await expect(server.api.agentValues({ key: 'a b' })).rejects.toMatchObject({
      code: 'invalid_selector',
      problem: { errors: [{ pointer: '/key', column: 3 }] },
    });
  });

  it('are shown with the attributes that are asked for', async () => {
    const query = { selector: 'service.name=fluent-bit', attributes: ['service.version', 'none'] };
    const { items } = await server.api.listAgents(query);
    expect(items).toMatchObject([{ attributes: { 'service.version': '4.0.0' } }]);
    expect((await server.api.listAgents({ limit: 1 })).items[0]).not.toHaveProperty('attributes');
  });

  it('are counted, all or those of a filter', async () => {
    expect(await server.api.stats()).toMatchObject({
      total: 3,
      state: { connected: 3, stale: 0, disconnected: 0 },
      type: [
        { value: 'collector', count: 2 },
        { value: 'fluent-bit', count: 1 },
      ],
      silentConnections: 0,
    });
    expect(await server.api.stats({ selector: 'service.name=collector' })).toMatchObject({ total: 2 });
  });

  it('take labels and a name, which selectors and lists then know', async () => {
    const labels = { region: 'eu', tier: 'gold' };
    expect(await server.api.patchAgent(uidOf(0), { labels, displayName: 'Edge one' })).toMatchObject({
      labels,
      displayName: 'Edge one',
    });
    expect((await server.api.listAgents({ selector: 'label:region=eu' })).items).toMatchObject([
      { instanceUid: uidOf(0), displayName: 'Edge one' },
    ]);
    expect(await server.api.patchAgent(uidOf(0), { labels: {}, displayName: null })).toMatchObject({
      labels: {},
      displayName: 'collector',
    });
    const kinds = (await server.api.agentEvents(uidOf(0))).items.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['labels_changed', 'renamed', 'first_seen']));
  });

  it('refuse labels that are none, and fields that nobody knows', async () => {
    const patch = (body: object) => server.api.patchAgent(uidOf(0), body);
    await expect(patch({ labels: { 'no spaces': 'x' } })).rejects.toMatchObject({ status: 400 });
    await expect(patch({ colour: 'red' })).rejects.toMatchObject({
      problem: { errors: [{ pointer: '/colour', detail: 'there is no such field' }] },
    });
  });

  it('that nobody knows are 404, and what is no uid is 400', async () => {
    await expect(server.api.getAgent(NOBODY)).rejects.toMatchObject({ status: 404, code: 'agent_not_found' });
    await expect(server.api.patchAgent(NOBODY, {})).rejects.toMatchObject({ code: 'agent_not_found' });
    await expect(server.api.forgetAgent(NOBODY)).rejects.toMatchObject({ code: 'agent_not_found' });
    await expect(server.api.agentEvents(NOBODY)).rejects.toMatchObject({ code: 'agent_not_found' });
    await expect(server.api.getAgent('7')).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
  });
});
