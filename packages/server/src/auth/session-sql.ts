import type { Db } from '../storage/open-database.ts';
import type { SessionStore } from './session-store.ts';

export function createSessionSql({ db, transaction }: Pick<Db, 'db' | 'transaction'>): SessionStore {
  return {
    async insert({ tokenHash, user, createdAtMs, expiresAtMs }) {
      const row = {
        token_hash: tokenHash,
        user_name: user,
        created_at: createdAtMs,
        expires_at: expiresAtMs,
      };
      await transaction((tx) => tx.insertInto('sessions').values(row).execute());
    },
    async find(tokenHash) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst();
      return row === undefined
        ? undefined
        : { tokenHash, user: row.user_name, createdAtMs: row.created_at, expiresAtMs: row.expires_at };
    },
    async remove(tokenHash) {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
    },
    async removeExpired(nowMs) {
      await db.deleteFrom('sessions').where('expires_at', '<=', nowMs).execute();
    },
  };
}
