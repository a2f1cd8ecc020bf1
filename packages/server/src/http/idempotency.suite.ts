import { describe, expect, it } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import { createIdempotencySql } from './idempotency-sql.ts';

function kept(keyHash: string, createdAtMs: number) {
  return { keyHash, requestHash: 'rr', status: 201, answer: new Uint8Array([0, 1, 255]), createdAtMs };
}

/** The contract of the store of kept answers over a database that `open` gives, fresh each time. */
export function idempotencySuite(open: () => Promise<TestDatabase>): void {
  describe('the store of kept answers', () => {
    it('gives back the bytes that were kept, the last ones of a key', async () => {
      await using db = await open();
      const store = createIdempotencySql(db);
      await store.insert(kept('a', 1));
      await store.insert({ ...kept('a', 2), status: 200 });
      const found = await store.find('a');
      expect(found).toMatchObject({ keyHash: 'a', requestHash: 'rr', status: 200, createdAtMs: 2 });
      expect([...(found?.answer ?? [])]).toEqual([0, 1, 255]);
      expect(await store.find('b')).toBeUndefined();
    });

    it('is trimmed by age and by number, the newest stay', async () => {
      await using db = await open();
      const store = createIdempotencySql(db);
      for (let at = 1; at <= 6; at += 1) await store.insert(kept(`key-${at}`, at));
      await store.trim(3, 2);
      const left = await Promise.all([1, 2, 3, 4, 5, 6].map((at) => store.find(`key-${at}`)));
      expect(left.map((each) => each !== undefined)).toEqual([false, false, false, false, true, true]);
    });
  });
}
