import type { Db } from '../storage/open-database.ts';
import type { IdempotencyStore } from './idempotency-store.ts';

export function createIdempotencySql({ db, transaction }: Pick<Db, 'db' | 'transaction'>): IdempotencyStore {
  return {
    async find(keyHash) {
      const row = await db
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('key_hash', '=', keyHash)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { request_hash: requestHash, status, answer, created_at: createdAtMs } = row;
      return { keyHash, requestHash, status, answer, createdAtMs };
    },
    async insert({ keyHash, requestHash, status, answer, createdAtMs }) {
      const row = {
        key_hash: keyHash,
        request_hash: requestHash,
        status,
        answer: Buffer.from(answer),
        created_at: createdAtMs,
      };
      await transaction((tx) =>
        tx
          .insertInto('idempotency_keys')
          .values(row)
          .onConflict((conflict) => conflict.column('key_hash').doUpdateSet(row))
          .execute(),
      );
    },
    async trim(olderThanMs, keep) {
      await transaction(async (tx) => {
        await tx.deleteFrom('idempotency_keys').where('created_at', '<', olderThanMs).execute();
        const newest = tx
          .selectFrom('idempotency_keys')
          .select('key_hash')
          .orderBy('created_at', 'desc')
          .orderBy('key_hash')
          .limit(keep);
        await tx.deleteFrom('idempotency_keys').where('key_hash', 'not in', newest).execute();
      });
    },
  };
}
