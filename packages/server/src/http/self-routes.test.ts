import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, TEST_TOKEN, type TestControlPlane } from '../testing/control-plane.ts';
import { startAgent } from '../testing/opamp-agent.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane({ DROVER_AGENTS_STALE_AFTER: '30s' });
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the settings of this server', () => {
  it('are all of them, with where each comes from', async () => {
    const { items } = await server.api.selfSettings();
    const byKey = new Map(items.map((item) => [item.key, item]));
    expect(byKey.get('agents.staleAfter')).toMatchObject({
      value: '30s',
      source: 'environment',
      origin: 'environment variable DROVER_AGENTS_STALE_AFTER',
      default: '90s',
    });
    expect(byKey.get('agents.eventsKept')).toMatchObject({ value: '200', source: 'default', origin: '' });
    expect(byKey.get('agents.enrolment')).toMatchObject({ value: 'open', source: 'default' });
    expect(byKey.get('agents.heartbeatInterval')).toMatchObject({ value: '10s', source: 'default' });
    expect(byKey.size).toBeGreaterThan(50);
  });

  it('show no secret', async () => {
    const response = await server.fetch('/api/v1/self/settings');
    const text = await response.text();
    expect(text).not.toContain(TEST_TOKEN);
    const { items } = await server.api.selfSettings();
    expect(items.find(({ key }) => key === 'auth.adminToken')).toMatchObject({
      value: null,
      source: 'environment',
      isSecret: true,
    });
  });
});

describe('the health of this server', () => {
  it('says how process, database and links are', async () => {
    await using agent = startAgent(server, 'websocket');
    await server.api.putConfig('edge', { body: 'receivers: {}\n' });
    await vi.waitFor(
      async () => expect((await server.api.listAgents({ q: agent.uid })).total).toBe(1),
      30_000,
    );
    const first = await server.api.selfHealth();
    expect(first.database).toMatchObject({ kind: 'sqlite', isReachable: true });
    expect(first.database.sizeBytes).toBeGreaterThan(4096);
    expect(first.database.writes?.count).toBeGreaterThan(0);
    expect(first.database.writes?.maxMs).toBeGreaterThanOrEqual(first.database.writes?.p50Ms ?? 0);
    expect(first.memory.rssBytes).toBeGreaterThan(1e6);
    expect(first.memory.heapLimitBytes).toBeGreaterThan(first.memory.heapUsedBytes);
    expect(first.eventLoop.maxMs).toBeGreaterThanOrEqual(first.eventLoop.p50Ms);
    expect(first.links).toMatchObject({ websocket: 1, http: 0 });
    expect(first.agents).toEqual({ known: 1, limit: 250_000 });
    expect(first.pid).toBe(process.pid);
    expect((await server.api.selfHealth()).cpuPercent).toBeGreaterThanOrEqual(0);
  });
});
