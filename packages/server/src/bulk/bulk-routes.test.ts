import { createOpampClient, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const AGENTS = 6;
/** The last of them takes no command. */
const RESTARTABLE = AGENTS - 1;

let server: TestControlPlane;
const agents: OpampClient[] = [];
const restarted = new Set<number>();

beforeAll(async () => {
  server = await startTestControlPlane();
  for (let at = 0; at < AGENTS; at += 1) {
    const agent = createOpampClient({
      url: server.plane.opampUrl,
      description: { identifying: { 'service.name': 'collector', 'service.version': `${at}.0` } },
      capabilities: ['ReportsStatus', ...(at < RESTARTABLE ? (['AcceptsRestartCommand'] as const) : [])],
      onRestartCommand: () => {
        restarted.add(at);
      },
    });
    agent.start();
    agents.push(agent);
  }
  await eventually(
    () => server.api.stats(),
    ({ version }) => version.length === AGENTS,
  );
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await server[Symbol.asyncDispose]();
});

const uidOf = (index: number): string => agents[index]?.instanceUid ?? '';
const everybody = { filter: {} };

async function refusal(path: string, body: unknown) {
  const response = await server.fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { code, errors } = (await response.json()) as { code: string; errors?: { pointer: string }[] };
  return { status: response.status, code, pointers: errors?.map(({ pointer }) => pointer) };
}

describe('acts on many agents', () => {
  it('label all that a filter leaves, but for those that are excepted', async () => {
    const body = {
      selection: { filter: { q: 'collector', state: ['connected' as const] }, except: [uidOf(0)] },
      set: { team: 'core' },
    };
    expect(await server.api.previewLabels(body)).toMatchObject({ matched: AGENTS - 1, changed: AGENTS - 1 });
    const { changed, instanceUids } = await server.api.labelAgents({ ...body, atMost: AGENTS - 1 });
    expect(changed).toBe(AGENTS - 1);
    expect(instanceUids).not.toContain(uidOf(0));
    expect((await server.api.listAgents({ selector: 'label:team=core' })).total).toBe(AGENTS - 1);
    const [event] = (await server.api.agentEvents(uidOf(1), { limit: 1 })).items;
    expect(event).toMatchObject({ kind: 'labels_changed', data: { author: 'admin', before: {} } });
  });

  it('are answered as the first time where their Idempotency-Key comes again', async () => {
    const send = () =>
      server.fetch('/api/v1/agents/label', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'label-once' },
        body: JSON.stringify({ selection: everybody, set: { once: 'yes' } }),
      });
    const first = await (await send()).json();
    expect(first).toMatchObject({ changed: AGENTS });
    expect(await (await send()).json()).toEqual(first);
  });

  it('restart those that take the command, so many each second, and can be watched and stopped', async () => {
    const body = { selection: everybody, perSecond: 1 };
    expect(await server.api.previewRestart(body)).toMatchObject({
      changed: RESTARTABLE,
      seconds: RESTARTABLE - 1,
      run: null,
      cannot: [{ reason: 'does not announce AcceptsRestartCommand', count: 1 }],
    });
    expect(restarted.size).toBe(0);
    const { run } = await server.api.restartAgents({ ...body, atMost: RESTARTABLE });
    expect(run).toMatchObject({ total: RESTARTABLE, asked: 1, author: 'admin', state: 'running' });
    const stopped = await server.api.stopRestartRun(run?.id ?? '');
    expect(stopped.state).toBe('stopped');
    await eventually(
      async () => restarted.size,
      (size) => size === stopped.asked,
    );
    expect((await server.api.listRestartRuns()).items).toMatchObject([{ id: run?.id, state: 'stopped' }]);

    const rest = await server.api.restartAgents({ selection: everybody });
    expect(rest.run).toMatchObject({ perSecond: 10 });
    await eventually(
      async () => restarted.size,
      (size) => size === RESTARTABLE,
    );
    const kinds = (await server.api.agentEvents(uidOf(0))).items.map(({ kind }) => kind);
    expect(kinds).toContain('restart_asked');
  });

  it('are refused where they would change more than was counted', async () => {
    const body = { selection: everybody, atMost: 2 };
    expect(await refusal('/agents/forget', body)).toMatchObject({ status: 409, code: 'selection_grown' });
    expect((await server.api.stats()).total).toBe(AGENTS);
  });

  it('need to be told whom, and what', async () => {
    const both = { selection: { filter: {}, instanceUids: [uidOf(0)] } };
    for (const [path, body] of [
      ['/agents/forget', {}],
      ['/agents/forget', { selection: {} }],
      ['/agents/forget', both],
      ['/agents/forget', { selection: { instanceUids: [uidOf(0)], except: [uidOf(1)] } }],
      ['/agents/label', { selection: everybody }],
      ['/agents/label', { selection: everybody, set: { a: 'b' }, remove: ['a'] }],
      ['/agents/label', { selection: everybody, set: { 'no key': 'b' } }],
      ['/agents/restart', { selection: everybody, perSecond: 0 }],
    ] as const)
      expect(await refusal(path, body), JSON.stringify(body)).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });
    expect(await refusal('/agents/forget', { selection: { filter: { selector: 'a==' } } })).toMatchObject({
      code: 'invalid_selector',
    });
    await expect(server.api.stopRestartRun('none')).rejects.toMatchObject({
      status: 404,
      code: 'restart_run_not_found',
    });
  });

  it('forget those that are named; one that still runs comes back as new', async () => {
    const body = { selection: { instanceUids: [uidOf(4), uidOf(5)] } };
    expect(await server.api.previewForget(body)).toMatchObject({ changed: 2, connected: 2 });
    expect((await server.api.stats()).total).toBe(AGENTS);
    expect(await server.api.forgetAgents({ ...body, atMost: 2 })).toMatchObject({ changed: 2 });
    const agent = await eventually(
      () => server.api.getAgent(uidOf(5)).catch(() => undefined),
      (found) => found?.connection.state === 'connected',
    );
    expect(agent?.labels).toEqual({});
  });
});
