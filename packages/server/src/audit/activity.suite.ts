import type { ActivityEntry } from '@drover/api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventually, TEST_TOKEN, type TestControlPlane } from '../testing/control-plane.ts';
import { startAgent } from '../testing/opamp-agent.ts';

const BODY = 'receivers: {}\n';

/** The trail that a whole control plane leaves, which `start` gives. */
export function activitySuite(start: () => Promise<TestControlPlane>): void {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  let server: TestControlPlane;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** What was added since, oldest first, as `kind subject: detail`. */
  async function added(act: () => Promise<unknown>): Promise<string[]> {
    const before = (await server.api.listActivity({ limit: 1 })).items[0]?.id ?? 0;
    await act();
    const { items } = await server.api.listActivity({ limit: 100 });
    return items
      .filter(({ id }) => id > before)
      .reverse()
      .map(
        ({ author, kind, subject, detail }) => `${author} ${kind} ${subject.kind} ${subject.name}: ${detail}`,
      );
  }

  describe('activity', () => {
    test('begins with the start of the server, which has no address', async () => {
      const { items } = await server.api.listActivity({ kind: ['server.started'] });
      expect(items).toMatchObject([{ author: 'drover', detail: 'version 0.0.0-test', address: null }]);
    });

    test('has each write of a configuration, its draft and a secret once, and none that changed nothing', async () => {
      const { api } = server;
      expect(
        await added(async () => {
          await api.putConfigDraft('edge', { body: 'a: 1' });
          await api.putConfigDraft('edge', { body: 'a: 2' });
          await api.deleteConfigDraft('edge');
          await api.putConfig('edge', { body: BODY, message: 'the first try' });
          await api.putConfig('edge', { body: BODY });
          await api.putConfig('edge', { body: BODY, description: 'at the edge' });
          await expect(api.putConfig('edge', { body: 'a: 1' }, 'ffff')).rejects.toMatchObject({
            status: 412,
          });
          await api.putConfig('spare', { body: BODY });
          await api.deleteConfig('spare');
          await expect(api.deleteConfig('spare')).rejects.toMatchObject({ status: 404 });
          await api.putSecret('key', { value: 'hunter2-hunter2' });
          await api.putSecret('key', { value: 'hunter2-hunter2' });
          await api.deleteSecret('key');
        }),
      ).toEqual([
        'admin draft.started draft edge: ',
        'admin draft.discarded draft edge: ',
        'admin config.written config edge: revision 1, the first: the first try',
        'admin config.described config edge: at the edge',
        'admin config.written config spare: revision 1, the first',
        'admin config.deleted config spare: ',
        'admin secret.set secret key: version 1',
        'admin secret.deleted secret key: ',
      ]);
      const whole = await (await server.fetch('/api/v1/activity/export')).text();
      expect(whole).not.toContain('hunter2');
    });

    test('has tokens, schemas and logins, with the address that they came from', async () => {
      const { api, apiUrl } = server;
      const schemas = { components: { receivers: { otlp: { type: 'object' as const } } } };
      const acts = await added(async () => {
        const token = await api.createEnrolmentToken({ name: 'site-a' });
        await api.deleteEnrolmentToken(token.id);
        await api.putComponentSchemas('ours', '1.0.0', schemas);
        await api.deleteComponentSchemas('ours', '1.0.0');
        const login = await fetch(`${apiUrl}/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token: TEST_TOKEN }),
        });
        const { csrfToken } = (await login.json()) as { csrfToken: string };
        const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
        await fetch(`${apiUrl}/session`, {
          method: 'DELETE',
          headers: { cookie, 'x-csrf-token': csrfToken },
        });
      });
      expect(acts).toEqual([
        'admin enrolment_token.created enrolment_token site-a: does not expire',
        'admin enrolment_token.deleted enrolment_token site-a: ',
        'admin component_schemas.stored component_schemas ours 1.0.0: 1 components',
        'admin component_schemas.deleted component_schemas ours 1.0.0: ',
        'admin session.started session admin: ',
        'admin session.ended session admin: ',
      ]);
      const { items } = await api.listActivity({ kind: ['session.started'] });
      expect(items[0]?.address).toMatch(/127\.0\.0\.1$/);
    });

    test('has what is done to agents, one entry for each act', async () => {
      const { api } = server;
      await using agent = startAgent(server, 'websocket');
      const { uid } = agent;
      await eventually(
        () => api.listAgents({ q: uid }),
        ({ items }) => items[0]?.capabilities.includes('AcceptsRestartCommand') === true,
      );
      expect(
        await added(async () => {
          await api.patchAgent(uid, { labels: { env: 'prod' }, displayName: 'gate' });
          await api.commandAgent(uid, { type: 'restart' });
          await api.revokeAgent(uid);
          await api.approveAgent(uid);
          await api.approveAgent(uid);
          await api.forgetAgent(uid);
        }),
      ).toEqual([
        'admin agents.changed agent gate: labels: env=prod; displayed as gate',
        'admin agents.restarted agent gate: ',
        'admin agents.revoked agent gate: ',
        'admin agents.approved agent gate: ',
        'admin agents.forgotten agent gate: ',
      ]);
      expect((await api.listActivity({ subject: `agent:${uid}` })).total).toBe(5);
    });

    test('has what operators do with a rollout, and what gates and agents make of it', async () => {
      const { api } = server;
      await using one = startAgent(server, 'websocket');
      await using two = startAgent(server, 'websocket');
      const selector = `instanceUid in (${one.uid},${two.uid})`;
      await eventually(
        () => api.listAgents({ selector }),
        ({ total }) => total === 2,
      );
      await api.putConfig('edge', { body: 'receivers: {broken: {}}\n' });
      const endOf = (id: string, isOver: (state: string) => boolean) =>
        eventually(
          () => api.getRollout(id),
          ({ state }) => isOver(state),
        );
      const failing = await added(async () => {
        const { id } = await api.createRollout({
          target: { kind: 'config', name: 'edge' },
          selector,
          strategy: { kind: 'waves', waves: [{ count: 1 }] },
          message: 'a try',
        });
        await endOf(id, (state) => state === 'paused');
        await api.actOnRollout(id, 'abort');
      });
      expect(failing).toEqual([
        `admin rollout.started rollout edge r2: to ${selector}: a try`,
        expect.stringMatching(/^drover rollout\.halted rollout edge r2: 1 of 1 agents could not apply it/),
        'admin rollout.aborted rollout edge r2: ',
      ]);
      await api.putConfig('edge', { body: BODY });
      const good = await added(async () => {
        const { id } = await api.createRollout({
          target: { kind: 'config', name: 'edge', revision: 1 },
          selector,
          strategy: { kind: 'waves', waves: [{ count: 1 }] },
        });
        // An end holds before it is written.
        await eventually(
          () => api.listActivity({ subject: `rollout:${id}`, kind: ['rollout.succeeded'] }),
          ({ total }) => total === 1,
        );
      });
      expect(good).toEqual([
        `admin rollout.started rollout edge r1: to ${selector}`,
        'drover rollout.wave_passed rollout edge r1: wave 1 of 2 passed',
        'drover rollout.succeeded rollout edge r1: ',
      ]);
    });

    test('is exported as it is filtered', async () => {
      const get = async (query: string) => server.fetch(`/api/v1/activity/export?${query}`);
      const json = await get('subject=config:edge&format=json');
      expect(json.headers.get('content-disposition')).toBe('attachment; filename="drover-activity.json"');
      const entries = (await json.json()) as ActivityEntry[];
      const { total, items } = await server.api.listActivity({ subject: 'config:edge', limit: 100 });
      expect(entries).toEqual(items);
      const csv = (await (await get('subject=config:edge&format=csv')).text()).trimEnd().split('\r\n');
      expect(csv).toHaveLength(total + 1);
      expect((await get('subject=nothing')).status).toBe(400);
      expect((await get('kind=nothing')).status).toBe(400);
    });
  });

  describe('events of all agents', () => {
    test('are newest first, and narrowed by kind, selector and agent', async () => {
      const { api } = server;
      await using one = startAgent(server, 'websocket');
      await using two = startAgent(server, 'http');
      await eventually(
        () => api.listAgents({ q: `${two.uid}`, state: ['connected'] }),
        ({ total }) => total === 1,
      );
      await eventually(
        () => api.listAgents({ q: `${one.uid}`, state: ['connected'] }),
        ({ total }) => total === 1,
      );
      const seen = await api.listAgentEvents({ kind: ['first_seen'], limit: 500 });
      const ids = seen.items.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => b - a));
      expect(seen.items.map(({ instanceUid }) => instanceUid)).toEqual(
        expect.arrayContaining([one.uid, two.uid]),
      );
      expect(new Set(seen.items.map(({ kind }) => kind))).toEqual(new Set(['first_seen']));
      const ofOne = await api.listAgentEvents({ instanceUid: one.uid, kind: ['first_seen', 'connected'] });
      expect(ofOne.items.length).toBeGreaterThan(0);
      expect(new Set(ofOne.items.map(({ instanceUid }) => instanceUid))).toEqual(new Set([one.uid]));
      const selected = await api.listAgentEvents({ selector: `instanceUid=${two.uid}`, limit: 500 });
      expect(new Set(selected.items.map(({ instanceUid }) => instanceUid))).toEqual(new Set([two.uid]));
      expect(selected.nextCursor).toBeNull();
      const first = await api.listAgentEvents({ limit: 1 });
      const second = await api.listAgentEvents({ limit: 1, cursor: first.nextCursor ?? '' });
      expect(second.items[0]?.id).toBeLessThan(first.items[0]?.id ?? 0);
      await expect(api.listAgentEvents({ selector: 'a=b=' })).rejects.toMatchObject({ status: 400 });
    });
  });
}
