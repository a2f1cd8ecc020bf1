import type { CredentialKindOfOwn, CredentialState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Act } from '../audit/audit.ts';
import type { RowsWrite } from '../storage/dialect.ts';
import type { Db } from '../storage/open-database.ts';
import type { AgentCredentialsTable } from '../storage/schema.ts';
import type { Credential } from './credential.ts';
import type { CredentialQuery, CredentialStore, CredentialUse } from './credential-store.ts';

const LOAD_BATCH = 5000;
const REMOVE_BATCH = 500;
const COLUMN_OF = { lastUsedAt: 'last_used_at', createdAt: 'created_at' } as const;

const text = (name: string) => ({ name, kind: 'text' }) as const;
const integer = (name: string) => ({ name, kind: 'integer' }) as const;

const WRITE: RowsWrite = {
  table: 'agent_credentials',
  columns: [
    ...['id', 'uid', 'kind', 'state', 'hash', 'offer_hash', 'created_by', 'error_message'].map(text),
    ...['created_at', 'confirmed_at', 'expires_at', 'last_used_at'].map(integer),
  ],
  key: ['id'],
  onConflict: 'replace',
};

/** Credentials of agents in the database, in either dialect. */
export class CredentialSql implements CredentialStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(visit: (credentials: readonly Credential[]) => void): Promise<void> {
    let after = '';
    for (;;) {
      const rows = await this.#db.db
        .selectFrom('agent_credentials')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(LOAD_BATCH)
        .execute();
      visit(rows.map(credentialOf));
      const last = rows.at(-1);
      if (last === undefined || rows.length < LOAD_BATCH) return;
      after = last.id;
    }
  }

  async save(credentials: readonly Credential[], act?: Act): Promise<void> {
    const rows = credentials.map(rowOf);
    if (act === undefined) return this.#db.writeRows(WRITE, rows);
    await this.#db.audited(
      (tx) => this.#db.writeRows(WRITE, rows, tx),
      () => act,
    );
  }

  async remove(ids: readonly string[], act?: Act): Promise<void> {
    if (ids.length === 0) return;
    await this.#db.audited(
      async (tx) => {
        for (let at = 0; at < ids.length; at += REMOVE_BATCH)
          await tx
            .deleteFrom('agent_credentials')
            .where('id', 'in', ids.slice(at, at + REMOVE_BATCH))
            .execute();
      },
      () => act,
    );
  }

  async used(uses: readonly CredentialUse[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const { id, lastUsedAtMs } of uses)
        await tx
          .updateTable('agent_credentials')
          .set({ last_used_at: lastUsedAtMs })
          .where('id', '=', id)
          .execute();
    });
  }

  async list({ uid, state, order, descending, limit, after }: CredentialQuery) {
    const column = COLUMN_OF[order];
    let matching = this.#db.db.selectFrom('agent_credentials');
    if (uid !== undefined) matching = matching.where('uid', '=', uid);
    if (state !== undefined) matching = matching.where('state', '=', state);
    const counted = await matching
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    let page = matching.selectAll();
    if (after !== undefined) {
      const beyond = descending ? '<' : '>';
      page = page.where(({ eb, or, and }) =>
        or([eb(column, beyond, after.key), and([eb(column, '=', after.key), eb('id', beyond, after.id)])]),
      );
    }
    const direction = descending ? 'desc' : 'asc';
    const rows = await page.orderBy(column, direction).orderBy('id', direction).limit(limit).execute();
    return { items: rows.map(credentialOf), total: Number(counted.count) };
  }
}

function rowOf(credential: Credential): (string | number | null)[] {
  return [
    credential.id,
    credential.uid,
    credential.kind,
    credential.state,
    credential.hash,
    credential.offerHash,
    credential.createdBy,
    credential.errorMessage,
    credential.createdAtMs,
    credential.confirmedAtMs,
    credential.expiresAtMs,
    credential.lastUsedAtMs ?? 0,
  ];
}

function credentialOf(row: AgentCredentialsTable): Credential {
  return {
    id: row.id,
    uid: row.uid as InstanceUid,
    kind: row.kind as CredentialKindOfOwn,
    state: row.state as CredentialState,
    hash: row.hash,
    offerHash: row.offer_hash,
    createdAtMs: row.created_at,
    createdBy: row.created_by,
    confirmedAtMs: row.confirmed_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at === 0 ? null : row.last_used_at,
    errorMessage: row.error_message,
  };
}
