import { createOpampClient } from '@drover/opamp/client';
import { describe, expect, test, vi } from 'vitest';
import { eventually, startTestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const CONFIG = `receivers: {nop: {}}
exporters:
  otlp: {endpoint: "old.example:4317", headers: {authorization: hunter2-hunter2}}
service: {pipelines: {traces: {receivers: [nop], exporters: [otlp]}}}
`;

describe.each(['ws', 'http'])('over %s', (transport) => {
  test('what an agent reports is found, and the agents of a search are a list as any other', async () => {
    await using server = await startTestControlPlane();
    const file = { body: Buffer.from(CONFIG), contentType: 'text/yaml' };
    const agents = ['edge', 'core'].map((name) =>
      createOpampClient({
        url: server.plane.opampUrl.replace(/^ws/, transport),
        description: { identifying: { 'service.name': name } },
        capabilities: ['ReportsStatus', 'ReportsEffectiveConfig'],
        effectiveConfig: () => new Map([['', file]]),
      }),
    );
    try {
      for (const agent of agents) agent.start();
      const page = await eventually(
        () => server.api.search({ q: 'exports:old.example' }),
        ({ agents: counts }) => counts?.matched === 2,
      );
      const [item] = page.items;
      expect(item).toMatchObject({ kind: 'effective', agents: 2 });
      expect(JSON.stringify(page)).not.toContain('hunter2');
      const content = item?.kind === 'effective' ? item.content : '';
      const uids = async (query: object) =>
        (await server.api.listAgents({ sort: 'name', ...query })).items.map(({ instanceUid }) => instanceUid);
      const [edge, core] = agents.map(({ instanceUid }) => instanceUid);
      expect(await uids({ runs: 'exports:old.example' })).toEqual([core, edge]);
      expect(await uids({ effective: [content] })).toEqual([core, edge]);
      expect(await uids({ runs: 'exports:old.example', type: 'edge' })).toEqual([edge]);
      expect(await uids({ runs: 'exports:old.example', effective: ['00'] })).toEqual([]);
      expect(await uids({ runs: 'exports:new.example' })).toEqual([]);
      expect(await server.api.stats({ runs: 'receiver:nop' })).toMatchObject({ total: 2, type: [{}, {}] });
      expect(await server.api.stats({ runs: 'receiver:otlp' })).toMatchObject({ total: 0 });
    } finally {
      await Promise.all(agents.map((agent) => agent.stop()));
    }
  });
});

test('a search that cannot be read is refused with the place, and unknown fields are', async () => {
  await using server = await startTestControlPlane();
  await expect(server.api.search({ q: 'otlp exporter:' })).rejects.toMatchObject({
    status: 400,
    code: 'invalid_search',
    problem: { errors: [{ pointer: '/q', line: 1, column: 15 }] },
  });
  await expect(server.api.listAgents({ runs: '"' })).rejects.toMatchObject({
    problem: { errors: [{ pointer: '/runs', column: 1 }] },
  });
  for (const query of ['', 'q=', `q=${'x'.repeat(600)}`, 'q=a&in=drafts', 'q=a&sort=name', 'q=a&limit=501']) {
    const response = await server.fetch(`/api/v1/search?${query}`);
    expect([query, response.status]).toEqual([query, 400]);
  }
});
