import { describe, expect, it } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import { createSessionSql } from './session-sql.ts';

const login = { tokenHash: 'aa', user: 'admin', createdAtMs: 1000, expiresAtMs: 2000 };

/** The contract of the session store over a database that `open` gives, fresh each time. */
export function sessionSuite(open: () => Promise<TestDatabase>): void {
  describe('the session store', () => {
    it('gives back what was put in, until it is removed', async () => {
      await using db = await open();
      const store = createSessionSql(db);
      await store.insert(login);
      expect(await store.find('aa')).toEqual(login);
      expect(await store.find('bb')).toBeUndefined();
      await store.remove('aa');
      expect(await store.find('aa')).toBeUndefined();
    });

    it('drops what has expired', async () => {
      await using db = await open();
      const store = createSessionSql(db);
      await store.insert(login);
      await store.insert({ ...login, tokenHash: 'bb', expiresAtMs: 3000 });
      await store.removeExpired(2000);
      expect(await store.find('aa')).toBeUndefined();
      expect(await store.find('bb')).toBeDefined();
    });
  });
}
