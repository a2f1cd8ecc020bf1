import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, reportStatus, startDomain, uidOf } from '../testing/domain.ts';

const DAY_MS = 86_400_000;

/** The behaviour of the fleet over a database that `open` gives, fresh each time. */
export function agentSuite(open: () => Promise<TestDatabase>): void {
  describe('agents', () => {
    test('what was reported is there after a kill, once it was flushed', async () => {
      await using db = await open();
      const before = await startDomain(db);
      const uid = connectAgent(before, 1, { attributes: { 'host.name': 'web-1', 'os.type': 'linux' } });
      before.agents.agentReported(uid, {
        sequenceNum: 7n,
        capabilities: 0x1807n,
        parts: { health: Buffer.from('health'), effectiveConfig: Buffer.from('config') },
        health: { state: 'unhealthy', status: 'StatusError', lastError: 'no route' },
      });
      await before.agents.flush();
      const after = await startDomain(db, new FakeClock(before.clock.now() + 5000));
      const [item] = after.agents.list({ limit: 10 }).items;
      expect(item).toMatchObject({
        instanceUid: uid,
        displayName: 'otelcol',
        hostName: 'web-1',
        osType: 'linux',
        health: { state: 'unhealthy', lastError: 'no route' },
        connection: { state: 'disconnected' },
      });
      expect(after.agents.list({ limit: 10, selector: 'os.type=linux', health: ['unhealthy'] }).total).toBe(
        1,
      );
      const session = after.agents.restore(uid);
      expect(session).toMatchObject({ sequenceNum: 7n, capabilities: 0x1807n });
      expect(Buffer.from(session?.parts.description ?? []).toString()).toContain('web-1');
      expect(after.agents.restore(uidOf(2))).toBeUndefined();
    });

    test('a part that is reported again replaces that part alone', async () => {
      await using db = await open();
      const { agents, clock } = await startDomain(db);
      const uid = connectAgent({ agents }, 1);
      const report = (parts: object) =>
        agents.agentReported(uid, { sequenceNum: 2n, capabilities: 0x1807n, parts });
      report({ effectiveConfig: Buffer.from('one'), health: Buffer.from('fine') });
      await agents.flush();
      report({ effectiveConfig: Buffer.from('two') });
      await agents.flush();
      const row = await db.db.selectFrom('agent_parts').selectAll().executeTakeFirstOrThrow();
      expect(Buffer.from(row.effective_config ?? []).toString()).toBe('two');
      expect(Buffer.from(row.health ?? []).toString()).toBe('fine');
      expect(Buffer.from(row.description ?? []).toString()).toContain('otelcol');
      expect(clock.now()).toBeGreaterThan(0);
    });

    test('a heartbeat writes nothing, and a planned stop writes the numbers', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1);
      await domain.agents.flush();
      const numberOf = async () =>
        (await db.db.selectFrom('agents').selectAll().executeTakeFirstOrThrow()).sequence_num;
      domain.clock.advance(30_000);
      domain.agents.touch(uid, domain.clock.now(), 18_446_744_073_709_551_615n);
      await domain.agents.flush();
      expect(await numberOf()).toBe('1');
      expect(domain.agents.list({ limit: 1 }).items[0]?.connection.lastMessageAt).toBe(
        new Date(domain.clock.now()).toISOString(),
      );
      await domain.stop();
      expect(await numberOf()).toBe('18446744073709551615');
    });

    test('labels and name of an operator are on disk when they are answered', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1);
      const patched = await domain.agents.patch(
        uid,
        { labels: { env: 'prod' }, displayName: 'edge one' },
        'ann',
      );
      expect(patched).toMatchObject({ displayName: 'edge one', labels: { env: 'prod' } });
      const killed = await startDomain(db, new FakeClock());
      expect(await killed.agents.get(uid)).toMatchObject({
        displayName: 'edge one',
        labels: { env: 'prod' },
      });
      const back = await killed.agents.patch(uid, { labels: {}, displayName: null }, 'ann');
      expect(back).toMatchObject({ displayName: 'otelcol', labels: {} });
      await expect(killed.agents.patch(uidOf(9), {}, 'ann')).rejects.toMatchObject({
        code: 'agent_not_found',
      });
    });

    test('an agent that is forgotten is gone from list, index and disk, and comes back as new', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1, { attributes: { 'os.type': 'linux' } });
      connectAgent(domain, 2, { attributes: { 'os.type': 'linux' } });
      const removed: string[] = [];
      domain.agents.changes.subscribe(({ kind, uids }) => {
        if (kind === 'removed') removed.push(...uids);
      });
      await domain.agents.forget(uid, 'ann');
      expect(removed).toEqual([uid]);
      expect(domain.agents.list({ limit: 10, selector: 'os.type=linux' }).total).toBe(1);
      await expect(domain.agents.get(uid)).rejects.toMatchObject({ code: 'agent_not_found' });
      expect((await startDomain(db, new FakeClock())).agents.size).toBe(1);
      connectAgent(domain, 1);
      const kinds = (await domain.agents.events(uid, { limit: 10 })).items.map(({ kind }) => kind);
      expect(kinds).toContain('first_seen');
      expect(domain.agents.stats()).toMatchObject({ total: 2, state: { connected: 2 } });
    });

    test('the timeline leaves out that an agent applies what it has applied before that was written', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const kindsOf = async (number: number) =>
        (await domain.agents.events(uidOf(number), { limit: 10 })).items.map(({ kind }) => kind);
      for (const number of [1, 2, 3]) connectAgent(domain, number);
      for (const number of [1, 2, 3]) reportStatus(domain, uidOf(number), 'applying', 'aa');
      reportStatus(domain, uidOf(1), 'applied', 'aa');
      reportStatus(domain, uidOf(2), 'failed', 'bb');
      expect(await kindsOf(1)).toEqual(['config_applied', 'first_seen']);
      expect(await kindsOf(2)).toEqual(['config_failed', 'config_applying', 'first_seen']);
      expect(await kindsOf(3)).toEqual(['config_applying', 'first_seen']);
      reportStatus(domain, uidOf(3), 'failed', 'aa');
      expect(await kindsOf(3)).toEqual(['config_failed', 'config_applying', 'first_seen']);
      await domain.stop();
    });

    test('the timeline is newest first, paged and bounded', async () => {
      await using db = await open();
      const domain = await startDomain(db, new FakeClock(), { eventsKept: 8 });
      const uid = connectAgent(domain, 1);
      for (let at = 1; at <= 30; at += 1) domain.agents.recordEvent(uid, 'command_sent', `command ${at}`);
      const first = await domain.agents.events(uid, { limit: 3 });
      expect(first.items.map(({ detail }) => detail)).toEqual(['command 30', 'command 29', 'command 28']);
      expect(first.total).toBe(8);
      const second = await domain.agents.events(uid, { limit: 3, cursor: first.nextCursor ?? undefined });
      expect(second.items[0]?.detail).toBe('command 27');
      const rows = await db.db.selectFrom('agent_events').selectAll().execute();
      expect(rows.length).toBeLessThanOrEqual(10);
      await expect(domain.agents.events(uid, { limit: 3, cursor: 'garbage' })).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    });

    test('a link that is silent past its promise is stale until a message comes', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1);
      const stateOf = () => domain.agents.list({ limit: 1 }).items[0]?.connection.state;
      domain.clock.advance(80_000);
      expect(stateOf()).toBe('connected');
      domain.clock.advance(20_000);
      expect(stateOf()).toBe('stale');
      expect(domain.agents.stats().state).toEqual({ connected: 0, stale: 1, disconnected: 0 });
      domain.agents.touch(uid, domain.clock.now(), 3n);
      expect(stateOf()).toBe('connected');
      domain.agents.agentDisconnected(uid, 'agent_disconnect');
      expect(stateOf()).toBe('disconnected');
      const kinds = (await domain.agents.events(uid, { limit: 10 })).items.map(({ kind }) => kind);
      expect(kinds).toEqual(['disconnected', 'stale', 'first_seen']);
    });

    test('agents that are gone for long are forgotten, those that are there are not', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const gone = connectAgent(domain, 1);
      const here = connectAgent(domain, 2);
      domain.agents.agentDisconnected(gone, 'closed');
      const removed = new Promise((resolve) => {
        domain.agents.changes.subscribe(({ kind, uids }) => kind === 'removed' && resolve(uids));
      });
      for (let day = 0; day <= 30; day += 1) {
        domain.clock.advance(DAY_MS);
        domain.agents.touch(here, domain.clock.now(), 5n);
      }
      expect(await removed).toEqual([gone]);
      expect(domain.agents.size).toBe(1);
    });

    test('a new uid takes record, parts and timeline along', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1, { attributes: { 'os.type': 'linux' } });
      await domain.agents.patch(uid, { labels: { env: 'prod' } }, 'ann');
      await domain.agents.rename(uid, uidOf(2));
      await domain.agents.flush();
      const after = await startDomain(db, new FakeClock());
      expect(after.agents.size).toBe(1);
      expect(after.agents.list({ limit: 1, selector: 'env=prod,os.type=linux' }).items[0]?.instanceUid).toBe(
        uidOf(2),
      );
      expect(after.agents.restore(uidOf(2))?.parts.description).toBeDefined();
      const kinds = (await domain.agents.events(uidOf(2), { limit: 10 })).items.map(({ kind }) => kind);
      expect(kinds).toEqual(['renamed', 'labels_changed', 'first_seen']);
    });

    test('an uid stays bound to its client certificate over a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const link = {
        transport: 'http',
        remoteAddress: '10.0.0.1',
        sequenceNum: 1n,
        capabilities: 1n,
      } as const;
      domain.agents.agentConnected(uidOf(1), { ...link, certificate: 'certificate:CN=a' });
      await domain.agents.flush();
      const after = await startDomain(db, new FakeClock());
      expect(after.agents.record(uidOf(1))?.certificate).toBe('certificate:CN=a');
    });

    test('while the database is away nothing is lost, and it is written when it is back', async () => {
      await using db = await open();
      const failing = { isAway: false };
      const flaky = {
        ...db,
        transaction: ((run) =>
          failing.isAway ? Promise.reject(new Error('away')) : db.transaction(run)) as typeof db.transaction,
        writeRows: ((...args) =>
          failing.isAway ? Promise.reject(new Error('away')) : db.writeRows(...args)) as typeof db.writeRows,
        writeBehind: ((writes) =>
          failing.isAway
            ? Promise.reject(new Error('away'))
            : db.writeBehind(writes)) as typeof db.writeBehind,
      };
      const domain = await startDomain(flaky);
      failing.isAway = true;
      const uid = connectAgent(domain, 1);
      await expect(domain.agents.flush()).rejects.toThrow('away');
      await expect(domain.agents.patch(uid, { labels: { env: 'prod' } }, 'ann')).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
      expect(domain.agents.list({ limit: 1 }).items[0]?.labels).toEqual({});
      failing.isAway = false;
      await domain.agents.flush();
      const after = await startDomain(db, new FakeClock());
      expect(after.agents.list({ limit: 1 }).items[0]).toMatchObject({
        instanceUid: uid,
        type: 'otelcol',
        labels: {},
      });
    });
  });
}
