import type { RolloutAgentState, RolloutState, RolloutStrategy } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Act } from '../audit/audit.ts';
import type { RowsWrite } from '../storage/dialect.ts';
import type { Db } from '../storage/open-database.ts';
import type { RolloutMembersTable, RolloutsTable } from '../storage/schema.ts';
import type { Assignment } from './assignment.ts';
import type { Member } from './member.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import { firstProgress, type RolloutProgress, released } from './rollout-progress.ts';
import type { ReasonCount } from './rollout-reason.ts';
import { countReasons } from './rollout-reasons-sql.ts';
import type { RolloutStore, StateCount } from './rollout-store.ts';

const LOAD_BATCH = 10_000;
/** Of rollouts that were made before there were waves. */
const SINGLE_WAVE: RolloutProgress = {
  ...released(firstProgress({ kind: 'all' }, { cuts: [] }), 0, 0),
  moments: [],
};

const text = (name: string) => ({ name, kind: 'text' }) as const;
const integer = (name: string) => ({ name, kind: 'integer' }) as const;

const WRITE_MEMBERS: RowsWrite = {
  table: 'rollout_members',
  columns: [...['rollout_id', 'uid', 'state', 'reason'].map(text), integer('changed_at'), integer('wave')],
  key: ['rollout_id', 'uid'],
  onConflict: 'replace',
};

const WRITE_ASSIGNMENTS: RowsWrite = {
  table: 'assignments',
  columns: [
    ...['uid', 'kind', 'rollout_id', 'target', 'previous'].map(text),
    integer('assigned_at'),
    text('stack_rollout_id'),
  ],
  key: ['uid', 'kind'],
  onConflict: 'replace',
};

/** Rollouts of one kind in the database, in either dialect. */
export class RolloutSql<T extends PinnedTarget> implements RolloutStore<T> {
  readonly #db: Db;
  readonly #kind: string;
  /** Targets by their text: agents of one target share one object. */
  readonly #targets = new Map<string, T>();

  constructor(db: Db, kind: string) {
    this.#db = db;
    this.#kind = kind;
  }

  create(rollout: Rollout<T>, references: readonly string[], act?: Act): Promise<boolean> {
    return this.#db.audited(
      async (tx) => {
        // The rows stay locked until the rollout refers to them, so that none is removed in between.
        const found = await this.#db.flags
          .forUpdate(
            tx
              .selectFrom('configs')
              .where('name', 'in', [...references])
              .orderBy('name'),
          )
          .select('name')
          .execute();
        if (found.length < new Set(references).size) return false;
        await tx.insertInto('rollouts').values(rowOf(rollout)).execute();
        await tx
          .insertInto('rollout_configs')
          .values([...new Set(references)].map((name) => ({ rollout_id: rollout.id, name })))
          .execute();
        return true;
      },
      (done) => (done ? act : undefined),
    );
  }

  async save(rollout: Rollout<T>, act?: Act): Promise<void> {
    const { state, is_standing, updated_at, ended_at, progress } = rowOf(rollout);
    await this.#db.audited(
      (tx) =>
        tx
          .updateTable('rollouts')
          .set({ state, is_standing, updated_at, ended_at, progress })
          .where('id', '=', rollout.id)
          .execute(),
      () => act,
    );
  }

  async load(): Promise<Rollout<T>[]> {
    const rows = await this.#db.db
      .selectFrom('rollouts')
      .selectAll()
      .where('kind', '=', this.#kind)
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      target: this.#targetOf(row.target),
      selector: row.selector,
      strategy: JSON.parse(row.strategy) as RolloutStrategy,
      state: row.state as RolloutState,
      isStanding: row.is_standing === 1,
      createdAtMs: row.created_at,
      createdBy: row.created_by,
      updatedAtMs: row.updated_at,
      endedAtMs: row.ended_at,
      message: row.message,
      progress: row.progress === null ? SINGLE_WAVE : (JSON.parse(row.progress) as RolloutProgress),
    }));
  }

  async counts(): Promise<StateCount[]> {
    const rows = await this.#db.db
      .selectFrom('rollout_members')
      .select(['rollout_id', 'wave', 'state', ({ fn }) => fn.countAll<number>().as('count')])
      .groupBy(['rollout_id', 'wave', 'state'])
      .execute();
    return rows.map((row) => ({
      rolloutId: row.rollout_id,
      wave: row.wave,
      state: row.state as RolloutAgentState,
      count: Number(row.count),
    }));
  }

  async loadMembers(visit: (members: readonly Member[]) => void): Promise<void> {
    let after = { rollout_id: '', uid: '' };
    for (;;) {
      const { rollout_id, uid } = after;
      const rows = await this.#db.db
        .selectFrom('rollout_members')
        .selectAll()
        .where('state', '!=', 'superseded')
        .where(({ or, and, eb }) =>
          or([
            eb('rollout_id', '>', rollout_id),
            and([eb('rollout_id', '=', rollout_id), eb('uid', '>', uid)]),
          ]),
        )
        .orderBy('rollout_id')
        .orderBy('uid')
        .limit(LOAD_BATCH)
        .execute();
      visit(rows.map(memberOf));
      const last = rows.at(-1);
      if (last === undefined || rows.length < LOAD_BATCH) return;
      after = last;
    }
  }

  async loadAssignments(visit: (assignments: readonly Assignment<T>[]) => void): Promise<void> {
    let afterUid = '';
    for (;;) {
      const rows = await this.#db.db
        .selectFrom('assignments')
        .selectAll()
        .where('kind', '=', this.#kind)
        .where('uid', '>', afterUid)
        .orderBy('uid')
        .limit(LOAD_BATCH)
        .execute();
      visit(
        rows.map((row) => ({
          uid: row.uid as InstanceUid,
          target: this.#targetOf(row.target),
          previous: row.previous === null ? null : this.#targetOf(row.previous),
          rolloutId: row.rollout_id,
          stackRolloutId: row.stack_rollout_id,
          assignedAtMs: row.assigned_at,
        })),
      );
      const last = rows.at(-1);
      if (last === undefined || rows.length < LOAD_BATCH) return;
      afterUid = last.uid;
    }
  }

  saveMembers(members: readonly Member[]): Promise<void> {
    const rows = members.map(({ rolloutId, uid, state, reason, changedAtMs, wave }) => [
      rolloutId,
      uid,
      state,
      reason,
      changedAtMs,
      wave,
    ]);
    // What is lost of them follows again from the assignments and from what the agents report.
    return this.#db.writeBehind([{ write: WRITE_MEMBERS, rows }]);
  }

  saveAssignments(assignments: readonly Assignment<T>[]): Promise<void> {
    const texts = new Map<T, string>();
    const textOf = (target: T): string => {
      const json = texts.get(target) ?? JSON.stringify(target);
      texts.set(target, json);
      return json;
    };
    return this.#db.writeRows(
      WRITE_ASSIGNMENTS,
      assignments.map(({ uid, rolloutId, target, previous, assignedAtMs, stackRolloutId }) => [
        uid,
        this.#kind,
        rolloutId,
        textOf(target),
        previous === null ? null : textOf(previous),
        assignedAtMs,
        stackRolloutId,
      ]),
    );
  }

  async removeAssignments(uids: readonly InstanceUid[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const batch of chunks(uids, 500)) {
        await tx.deleteFrom('assignments').where('kind', '=', this.#kind).where('uid', 'in', batch).execute();
      }
    });
  }

  async members(
    rolloutId: string,
    { state, wave }: { readonly state?: RolloutAgentState | undefined; readonly wave?: number | undefined },
    limit: number,
    afterUid: string | undefined,
  ): Promise<Member[]> {
    let query = this.#db.db.selectFrom('rollout_members').selectAll().where('rollout_id', '=', rolloutId);
    if (state !== undefined) query = query.where('state', '=', state);
    if (wave !== undefined) query = query.where('wave', '=', wave);
    if (afterUid !== undefined) query = query.where('uid', '>', afterUid);
    return (await query.orderBy('uid').limit(limit).execute()).map(memberOf);
  }

  reasons(rolloutId: string, state: RolloutAgentState, limit: number): Promise<ReasonCount[]> {
    return countReasons(this.#db, rolloutId, state, limit);
  }

  forget(uids: readonly InstanceUid[]): Promise<StateCount[]> {
    return this.#db.transaction(async (tx) => {
      const counts: StateCount[] = [];
      for (const batch of chunks(uids, 500)) {
        for (const table of ['assignments', 'agent_configs'] as const)
          await tx.deleteFrom(table).where('uid', 'in', batch).execute();
        const rows = await tx
          .selectFrom('rollout_members')
          .select(['rollout_id', 'wave', 'state', ({ fn }) => fn.countAll<number>().as('count')])
          .where('uid', 'in', batch)
          .groupBy(['rollout_id', 'wave', 'state'])
          .execute();
        await tx.deleteFrom('rollout_members').where('uid', 'in', batch).execute();
        for (const row of rows) {
          const state = row.state as RolloutAgentState;
          counts.push({ rolloutId: row.rollout_id, wave: row.wave, state, count: Number(row.count) });
        }
      }
      return counts;
    });
  }

  async rename(oldUid: InstanceUid, newUid: InstanceUid): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const table of ['assignments', 'rollout_members', 'agent_configs'] as const) {
        await tx.deleteFrom(table).where('uid', '=', newUid).execute();
        await tx.updateTable(table).set({ uid: newUid }).where('uid', '=', oldUid).execute();
      }
    });
  }

  #targetOf(json: string): T {
    const known = this.#targets.get(json);
    if (known !== undefined) return known;
    const target = JSON.parse(json) as T;
    this.#targets.set(json, target);
    return target;
  }
}

function rowOf(rollout: Rollout): RolloutsTable {
  return {
    id: rollout.id,
    kind: rollout.kind,
    target: JSON.stringify(rollout.target),
    selector: rollout.selector,
    strategy: JSON.stringify(rollout.strategy),
    state: rollout.state,
    is_standing: rollout.isStanding ? 1 : 0,
    created_at: rollout.createdAtMs,
    created_by: rollout.createdBy,
    updated_at: rollout.updatedAtMs,
    ended_at: rollout.endedAtMs,
    progress: JSON.stringify(rollout.progress),
    message: rollout.message,
  };
}

function memberOf(row: RolloutMembersTable): Member {
  return {
    rolloutId: row.rollout_id,
    uid: row.uid as InstanceUid,
    state: row.state as RolloutAgentState,
    reason: row.reason,
    changedAtMs: row.changed_at,
    wave: row.wave,
  };
}

function* chunks<I>(items: readonly I[], size: number): Generator<I[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
