import { describe, expect, test } from 'vitest';
import { PENDING } from '../agents/enrolment.ts';
import { FakeClock } from '../lib/clock.ts';
import {
  cameBy,
  HOUR_MS,
  kindOf,
  offerOf,
  settle,
  startWorld,
  takeIntoUse,
  uid,
} from '../testing/credential-world.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { uidOf, until } from '../testing/domain.ts';

/** The behaviour of credentials over a database that `open` gives, fresh each time. */
export function credentialSuite(open: () => Promise<TestDatabase>): void {
  describe('a credential of its own', () => {
    test('is on disk before it is offered, and nowhere in clear', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await offerOf(world);
      expect(token).toMatch(/^drv_agent_[0-9a-z]{26}_[A-Za-z0-9_-]{43}$/);
      const rows = await db.db.selectFrom('agent_credentials').selectAll().execute();
      expect(rows).toMatchObject([{ uid, state: 'offered', confirmed_at: null }]);
      // The hash of the fake offer is its text; what is stored of the token itself is a hash.
      expect(rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(world.credentials.verify(token)?.uid).toBe(uid);
      expect(world.credentials.verify(`${token.slice(0, -1)}!`)).toBeUndefined();
      expect(kindOf(world)).toBe('offered');
    });

    test('is offered to approved agents that take offers, and to nobody else', async () => {
      await using db = await open();
      const world = await startWorld(db);
      world.connect(uidOf(2), {}, 0x1n);
      world.connect(uidOf(3), { enrolment: PENDING });
      world.connect(uidOf(4), { access: { kind: 'certificate', token: null } });
      await offerOf(world);
      expect([2, 3, 4].map((number) => world.offered(uidOf(number)))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(kindOf(world, uidOf(2))).toBe('shared');
      await world.enrolment.actOn(uidOf(3), 'approve', 'ada');
      await until(world, () => world.offered(uidOf(3)) !== undefined);
    });

    test('is offered only to agents that say what becomes of it, or to nobody, where that is set', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { issue: 'reporting' });
      world.connect(uidOf(2), {}, 0x101n);
      await offerOf(world);
      expect(world.offered(uidOf(2))).toBeUndefined();
      // An operator may ask for it all the same.
      await world.enrolment.rotate(uidOf(2), 'ada');
      await until(world, () => world.offered(uidOf(2)) !== undefined);
      const none = await startWorld(db, new FakeClock(world.clock.now()), { issue: 'none' });
      none.connect(uidOf(3));
      none.connect(uidOf(2), {}, 0x101n);
      await until(none, () => none.offered(uidOf(2)) !== undefined);
      expect(none.offered(uidOf(3))).toBeUndefined();
    });

    test('replaces what the agent came by only once the agent has confirmed it', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await offerOf(world);
      const grant = cameBy(world, token);
      world.connect(uid, grant);
      expect(world.credentials.isBound(uid)).toBe(false);
      const report = { status: 'applied', hash: `ws://here ${token}`, errorMessage: '' } as const;
      world.credentials.reported(uid, report, null);
      expect(world.credentials.isBound(uid), 'said over the old connection').toBe(false);
      world.credentials.reported(uid, report, grant.credentialId ?? null);
      expect(world.credentials.isBound(uid)).toBe(true);
      expect(world.offered(uid), 'the clear value is gone').toBeUndefined();
      expect(kindOf(world)).toBe('own');
      await world.stop();
      const again = await startWorld(db, world.clock);
      expect(again.credentials.verify(token)?.state).toBe('active');
      expect(again.credentials.isBound(uid)).toBe(true);
    });

    test('is confirmed by its use where the agent does not report what became of settings, or does not for long', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const silent = 0x101n;
      world.connect(uid, {}, silent);
      await until(world, () => world.offered(uid) !== undefined);
      world.connect(uid, cameBy(world, world.offered(uid) ?? ''), silent);
      expect(world.credentials.isBound(uid)).toBe(true);
      const other = uidOf(2);
      const token = await offerOf(world, other);
      world.connect(other, cameBy(world, token));
      expect(world.credentials.isBound(other)).toBe(false);
      world.clock.advance(70_000);
      expect(world.credentials.isBound(other)).toBe(true);
    });

    test('that the agent cannot use is void and not offered again until an operator asks for another', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await offerOf(world);
      const report = { status: 'failed', hash: `ws://here ${token}`, errorMessage: 'no route' } as const;
      world.credentials.reported(uid, report, null);
      expect(world.credentials.verify(token)).toBeUndefined();
      await world.stop();
      const again = await startWorld(db, world.clock);
      again.connect(uid);
      const other = await offerOf(again, uidOf(2));
      expect(again.offered(uid)).toBeUndefined();
      expect(kindOf(again)).toBe('failed');
      expect((await again.credentials.page({ limit: 10 }, uid)).items).toMatchObject([
        { state: 'failed', errorMessage: 'no route' },
      ]);
      await again.enrolment.rotate(uid, 'ada');
      await until(again, () => again.offered(uid) !== undefined);
      expect([token, other]).not.toContain(again.offered(uid));
    });

    test('after a kill between offer and use both the old and the new let the agent in, and it is offered another', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const first = await settle(world);
      await world.enrolment.rotate(uid, 'ada');
      await until(world, () => world.offered(uid) !== undefined);
      const second = world.offered(uid) ?? '';
      await world.credentials.stop();
      await world.agents.flush();

      const killed = await startWorld(db, world.clock);
      expect(killed.credentials.verify(first)?.state).toBe('active');
      expect(killed.credentials.verify(second)?.state).toBe('offered');
      killed.connect(uid, cameBy(killed, first));
      await until(killed, () => killed.offered(uid) !== undefined);
      const third = killed.offered(uid) ?? '';
      expect(third).not.toBe(second);
      takeIntoUse(killed, second);
      expect(killed.credentials.verify(second)?.state).toBe('active');
      expect([first, third].map((token) => killed.credentials.verify(token))).toEqual([undefined, undefined]);
      expect(killed.offered(uid)).toBeUndefined();
    });

    test('that failed because the server went away is offered again', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await offerOf(world);
      await world.agents.flush();
      await world.credentials.stop();
      const again = await startWorld(db, world.clock);
      again.connect(uid);
      const report = { status: 'failed', hash: `ws://here ${token}`, errorMessage: 'no answer' } as const;
      again.credentials.reported(uid, report, null);
      await until(again, () => again.offered(uid) !== undefined);
      expect(again.credentials.verify(token)).toBeUndefined();
      expect(kindOf(again)).toBe('offered');
    });

    test('offers of which the token was lost are kept in small number', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const tokens: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const world = await startWorld(db, clock);
        tokens.push(await offerOf(world));
        await world.agents.flush();
        await world.credentials.stop();
      }
      const last = await startWorld(db, clock);
      const states = tokens.map((token) => last.credentials.verify(token)?.state);
      expect(states).toEqual([undefined, 'offered', 'offered', 'offered']);
    });

    test('goes with the agent to another uid, also on disk', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await settle(world);
      await world.agents.rename(uid, uidOf(7));
      expect(world.credentials.verify(token)?.uid).toBe(uidOf(7));
      expect(world.credentials.isBound(uid)).toBe(false);
      await world.stop();
      const again = await startWorld(db, world.clock);
      expect(again.credentials.verify(token)?.uid).toBe(uidOf(7));
      expect(kindOf(again, uidOf(7))).toBe('own');
    });

    test('outlives the record of an agent that was forgotten, until nobody used it for long', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await settle(world);
      await world.agents.forget(uid, 'ada');
      expect(world.credentials.verify(token)?.uid).toBe(uid);
      world.connect(uid, cameBy(world, token));
      expect(kindOf(world)).toBe('own');
      await world.agents.forget(uid, 'ada');
      world.clock.advance(31 * 24 * HOUR_MS);
      expect(world.credentials.verify(token)).toBeUndefined();
      await world.stop();
      expect(await db.db.selectFrom('agent_credentials').selectAll().execute()).toEqual([]);
    });
  });

  describe('rotation', () => {
    test('is remembered for agents that are away, and offered when they come', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const first = await settle(world);
      world.disconnect(uid);
      await world.enrolment.rotate(uid, 'ada');
      await world.stop();
      const again = await startWorld(db, world.clock);
      expect(again.offered(uid)).toBeUndefined();
      again.connect(uid, cameBy(again, first));
      await until(again, () => again.offered(uid) !== undefined);
      const second = again.offered(uid) ?? '';
      takeIntoUse(again, second);
      expect(again.credentials.verify(first)).toBeUndefined();
      expect((await again.credentials.page({ limit: 10 }, uid)).items).toMatchObject([
        { state: 'active', createdBy: 'ada' },
      ]);
    });

    test('asked for twice is one', async () => {
      await using db = await open();
      const world = await startWorld(db);
      await settle(world);
      world.disconnect(uid);
      await world.enrolment.rotate(uid, 'ada');
      await world.enrolment.rotate(uid, 'ada');
      expect((await world.credentials.page({ limit: 10 }, uid)).items.map(({ state }) => state)).toEqual([
        'due',
        'active',
      ]);
    });

    test('comes by itself before a credential expires', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { expireAfterMs: 3 * HOUR_MS });
      const first = await settle(world);
      world.clock.advance(1.9 * HOUR_MS);
      expect(world.offered(uid)).toBeUndefined();
      world.clock.advance(0.2 * HOUR_MS);
      await until(world, () => world.offered(uid) !== undefined);
      takeIntoUse(world, world.offered(uid) ?? '');
      expect(world.credentials.verify(first)).toBeUndefined();
      world.clock.advance(1.5 * HOUR_MS);
      expect(world.ended).toEqual([]);
    });

    test('that did not happen ends with the credential: the agent has to be approved again', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { expireAfterMs: 3 * HOUR_MS });
      const token = await settle(world);
      world.clock.advance(3.1 * HOUR_MS);
      expect(world.ended).toEqual([[uid, 'the credential has expired']]);
      expect(world.credentials.verify(token)).toBeUndefined();
      await until(world, () => world.agents.record(uid)?.enrolment.state === 'pending');
    });
  });
}
