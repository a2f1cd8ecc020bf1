import type { ConfigFormat } from '@drover/api';
import type { Selectable, Transaction } from 'kysely';
import type { ActOf } from '../audit/audit.ts';
import type { Db } from '../storage/open-database.ts';
import type { ConfigDraftsTable, Database } from '../storage/schema.ts';
import {
  type ConfigDraft,
  contentHash,
  type NamedConfig,
  nextRevision,
  type Revision,
  type RevisionInfo,
  usualFormat,
} from './config.ts';
import type { ConfigStore, DraftOutcome, PutConfig, PutOutcome, RemoveOutcome } from './config-store.ts';

const INFO = ['number', 'hash', 'content_type', 'format', 'role', 'bytes', 'author', 'message'] as const;

/** Configurations in the database, in either dialect. */
export class ConfigSql implements ConfigStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  put({ name, write, ifMatch }: PutConfig, actOf?: ActOf<PutOutcome>): Promise<PutOutcome> {
    return this.#db.audited<PutOutcome>(async (tx) => {
      // Two first writes of one name meet here: the second waits for the first and then sees its row.
      const inserted = await tx
        .insertInto('configs')
        .values({
          name,
          description: write.description ?? '',
          created_at: write.nowMs,
          latest_revision: 0,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      const isNew = Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0;
      const row = await this.#db.flags
        .forUpdate(tx.selectFrom('configs').where('name', '=', name))
        .select(['description', 'created_at', 'latest_revision'])
        .executeTakeFirstOrThrow();
      const latest = isNew ? undefined : await infoOf(tx, name, row.latest_revision);
      if (ifMatch !== undefined && ifMatch !== latest?.hash) {
        if (isNew) await tx.deleteFrom('configs').where('name', '=', name).execute();
        return { kind: 'conflict', latest };
      }
      const next = nextRevision(name, write, latest);
      if (next !== undefined) await insertRevision(tx, next);
      const newest = next ?? latest;
      if (newest === undefined) throw new Error(`configuration "${name}" has no revision`);
      const ended = await tx
        .deleteFrom('config_drafts')
        .where('name', '=', name)
        .where('hash', '=', newest.hash)
        .executeTakeFirst();
      const description = write.description ?? row.description;
      await tx
        .updateTable('configs')
        .set({ description, latest_revision: newest.number })
        .where('name', '=', name)
        .execute();
      const config = { name, description, createdAtMs: row.created_at, latest: newest };
      return {
        kind: 'stored',
        config,
        isNew,
        hasNewRevision: next !== undefined,
        hasNewDescription: description !== row.description,
        hasEndedDraft: Number(ended.numDeletedRows) > 0,
      };
    }, actOf);
  }

  async get(name: string): Promise<NamedConfig | undefined> {
    const row = await this.#select().where('configs.name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : namedOf(row);
  }

  async list(limit: number, afterName: string | undefined, descending: boolean): Promise<NamedConfig[]> {
    let query = this.#select();
    if (afterName !== undefined) query = query.where('configs.name', descending ? '<' : '>', afterName);
    const rows = await query
      .orderBy('configs.name', descending ? 'desc' : 'asc')
      .limit(limit)
      .execute();
    return rows.map(namedOf);
  }

  async count(): Promise<number> {
    const row = await this.#db.db
      .selectFrom('configs')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async revisions(name: string, limit: number, beforeNumber: number | undefined): Promise<RevisionInfo[]> {
    let query = this.#db.db
      .selectFrom('config_revisions')
      .select([...INFO, 'created_at'])
      .where('name', '=', name);
    if (beforeNumber !== undefined) query = query.where('number', '<', beforeNumber);
    const rows = await query.orderBy('number', 'desc').limit(limit).execute();
    return rows.map((row) => revisionInfoOf({ ...row, name }));
  }

  async countRevisions(name: string): Promise<number> {
    const row = await this.#db.db
      .selectFrom('config_revisions')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async revision(name: string, number: number): Promise<Revision | undefined> {
    const row = await this.#db.db
      .selectFrom('config_revisions')
      .selectAll()
      .where('name', '=', name)
      .where('number', '=', number)
      .executeTakeFirst();
    return row === undefined ? undefined : { ...revisionInfoOf(row), body: row.body };
  }

  remove(name: string, actOf?: ActOf<RemoveOutcome>): Promise<RemoveOutcome> {
    return this.#db.audited<RemoveOutcome>(async (tx) => {
      const row = await this.#db.flags
        .forUpdate(tx.selectFrom('configs').where('name', '=', name))
        .select('name')
        .executeTakeFirst();
      if (row === undefined) return { kind: 'unknown' };
      const live = await tx
        .selectFrom('rollout_configs')
        .innerJoin('rollouts', 'rollouts.id', 'rollout_configs.rollout_id')
        .select('rollouts.id')
        .where('rollout_configs.name', '=', name)
        .where(({ or, eb }) =>
          or([eb('rollouts.state', 'in', ['running', 'paused']), eb('rollouts.is_standing', '=', 1)]),
        )
        .execute();
      if (live.length > 0) return { kind: 'in_use', rolloutIds: live.map(({ id }) => id) };
      await tx.deleteFrom('config_revisions').where('name', '=', name).execute();
      await tx.deleteFrom('configs').where('name', '=', name).execute();
      return { kind: 'removed' };
    }, actOf);
  }

  putDraft(
    draft: ConfigDraft,
    ifMatch: string | null | undefined,
    actOf?: ActOf<DraftOutcome>,
  ): Promise<DraftOutcome> {
    const { name, content, baseRevision, author, updatedAtMs } = draft;
    const row = {
      hash: contentHash(content),
      body: content.body,
      content_type: content.contentType,
      format: content.format,
      role: content.role,
      base_revision: baseRevision,
      author,
      updated_at: updatedAtMs,
    };
    return this.#db.audited<DraftOutcome>(async (tx) => {
      if (typeof ifMatch !== 'string') {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto('config_drafts')
          .values({ name, ...row })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst();
        if (Number(numInsertedOrUpdatedRows ?? 0) > 0) return 'created';
        if (ifMatch === null) return 'refused';
      }
      let update = tx.updateTable('config_drafts').set(row).where('name', '=', name);
      if (typeof ifMatch === 'string') update = update.where('hash', '=', ifMatch);
      const { numUpdatedRows } = await update.executeTakeFirst();
      return Number(numUpdatedRows) > 0 ? 'saved' : 'refused';
    }, actOf);
  }

  async draft(name: string): Promise<ConfigDraft | undefined> {
    const row = await this.#db.db
      .selectFrom('config_drafts')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : draftOf(row);
  }

  async drafts(limit: number, afterName: string | undefined): Promise<ConfigDraft[]> {
    let query = this.#db.db.selectFrom('config_drafts').selectAll();
    if (afterName !== undefined) query = query.where('name', '>', afterName);
    return (await query.orderBy('name').limit(limit).execute()).map(draftOf);
  }

  async countDrafts(): Promise<number> {
    const row = await this.#db.db
      .selectFrom('config_drafts')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  removeDraft(name: string, actOf?: ActOf<boolean>): Promise<boolean> {
    return this.#db.audited(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('config_drafts')
        .where('name', '=', name)
        .executeTakeFirst();
      return Number(numDeletedRows) > 0;
    }, actOf);
  }

  #select() {
    return this.#db.db
      .selectFrom('configs')
      .innerJoin('config_revisions as revision', (join) =>
        join
          .onRef('revision.name', '=', 'configs.name')
          .onRef('revision.number', '=', 'configs.latest_revision'),
      )
      .select([
        'configs.name',
        'configs.description',
        'configs.created_at as config_created_at',
        'revision.created_at',
        'revision.number',
        'revision.hash',
        'revision.content_type',
        'revision.format',
        'revision.role',
        'revision.bytes',
        'revision.author',
        'revision.message',
      ]);
  }
}

interface InfoRow {
  readonly name: string;
  readonly number: number;
  readonly hash: string;
  readonly content_type: string;
  readonly format: string | null;
  readonly role: string;
  readonly bytes: number;
  readonly author: string;
  readonly message: string;
  readonly created_at: number;
}

function revisionInfoOf(row: InfoRow): RevisionInfo {
  const { name, number, hash, role, bytes, author, message } = row;
  const contentType = row.content_type;
  const format = (row.format as ConfigFormat | null) ?? usualFormat(contentType);
  return {
    name,
    number,
    hash,
    contentType,
    format,
    role,
    bytes,
    author,
    message,
    createdAtMs: row.created_at,
  };
}

function draftOf(row: Selectable<ConfigDraftsTable>): ConfigDraft {
  const { name, body, role, author } = row;
  return {
    name,
    content: { body, contentType: row.content_type, format: row.format as ConfigFormat, role },
    baseRevision: row.base_revision,
    author,
    updatedAtMs: row.updated_at,
  };
}

function namedOf(
  row: InfoRow & { readonly description: string; readonly config_created_at: number },
): NamedConfig {
  const { name, description } = row;
  return { name, description, createdAtMs: row.config_created_at, latest: revisionInfoOf(row) };
}

async function infoOf(
  tx: Transaction<Database>,
  name: string,
  number: number,
): Promise<RevisionInfo | undefined> {
  const row = await tx
    .selectFrom('config_revisions')
    .select([...INFO, 'created_at'])
    .where('name', '=', name)
    .where('number', '=', number)
    .executeTakeFirst();
  return row === undefined ? undefined : revisionInfoOf({ ...row, name });
}

async function insertRevision(tx: Transaction<Database>, revision: Revision): Promise<void> {
  const { contentType, createdAtMs, ...same } = revision;
  await tx
    .insertInto('config_revisions')
    .values({ ...same, content_type: contentType, created_at: createdAtMs })
    .execute();
}
