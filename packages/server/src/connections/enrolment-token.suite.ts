import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { createIds } from '../lib/ids.ts';
import { silentLog } from '../lib/log.ts';
import type { Db } from '../storage/open-database.ts';
import { EnrolmentTokenService } from './enrolment-token-service.ts';
import { EnrolmentTokenSql } from './enrolment-token-sql.ts';

/** The behaviour of enrolment tokens over a database that `open` gives, fresh each time. */
export function enrolmentTokenSuite(open: () => Promise<Db & AsyncDisposable>): void {
  async function serviceOn(db: Db, clock: FakeClock): Promise<EnrolmentTokenService> {
    const service = new EnrolmentTokenService({
      agents: { countOfToken: () => ({ connected: 0, known: 0 }) },
      store: new EnrolmentTokenSql(db),
      clock,
      ids: createIds(clock),
      log: silentLog,
    });
    await service.start();
    return service;
  }

  describe('enrolment tokens', () => {
    test('a token is shown once, kept hashed, and lets agents in also after a restart', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const created = await (await serviceOn(db, clock)).create({ name: 'edge' }, 'admin');
      expect(created.token).toMatch(/^drv_enrol_/);
      expect(JSON.stringify(await db.db.selectFrom('enrolment_tokens').selectAll().execute())).not.toContain(
        created.token,
      );
      const restarted = await serviceOn(db, clock);
      expect(restarted.verify(created.token)?.id).toBe(created.id);
      expect(restarted.verify(`${created.token}x`)).toBeUndefined();
      expect(JSON.stringify(restarted.list({ limit: 10 }))).not.toContain(created.token);
    });

    test('a token that expired or was deleted lets nobody in', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const service = await serviceOn(db, clock);
      const expiresAt = new Date(clock.now() + 1000).toISOString();
      const short = await service.create({ name: 'short', expiresAt }, 'admin');
      const deleted = await service.create({ name: 'deleted' }, 'admin');
      await service.remove(deleted.id, 'admin');
      expect(service.verify(short.token)?.id).toBe(short.id);
      clock.advance(1000);
      expect(service.verify(short.token)).toBeUndefined();
      expect(service.verify(deleted.token)).toBeUndefined();
      await expect(service.remove(deleted.id, 'admin')).rejects.toMatchObject({
        code: 'enrolment_token_not_found',
      });
    });

    test('a name is given once, and an expiry in the past is refused', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const service = await serviceOn(db, clock);
      await service.create({ name: 'edge' }, 'admin');
      await expect(service.create({ name: 'edge' }, 'admin')).rejects.toMatchObject({
        code: 'enrolment_token_exists',
      });
      const expiresAt = new Date(clock.now()).toISOString();
      await expect(service.create({ name: 'old', expiresAt }, 'admin')).rejects.toMatchObject({
        code: 'invalid_request',
      });
      expect(service.list({ limit: 10 }).total).toBe(1);
    });

    test('the last use is written behind', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const service = await serviceOn(db, clock);
      const { token } = await service.create({ name: 'edge' }, 'admin');
      clock.advance(60_000);
      service.verify(token);
      await service.stop();
      const [item] = (await serviceOn(db, clock)).list({ limit: 1 }).items;
      expect(item?.lastUsedAt).toBe(new Date(clock.now()).toISOString());
    });

    test('the list is paged in either direction', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const service = await serviceOn(db, clock);
      for (const name of ['b', 'a', 'd', 'c']) await service.create({ name }, 'admin');
      for (const [sort, expected] of [
        ['name', 'abcd'],
        ['-name', 'dcba'],
        ['createdAt', 'badc'],
      ] as const) {
        let names = '';
        let cursor: string | undefined;
        do {
          const page = service.list({ limit: 3, sort, cursor });
          names += page.items.map((item) => item.name).join('');
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(names).toBe(expected);
      }
    });
  });
}
