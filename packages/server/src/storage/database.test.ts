import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMemory } from '../testing/databases.ts';
import { databaseSuite } from './database.suite.ts';
import { openDatabase } from './open-database.ts';

databaseSuite(openMemory);

describe('the data directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is made for this user alone, and keeps what was written', async () => {
    const dataDir = join(folder, 'a', 'b');
    const first = await openDatabase({ kind: 'sqlite', dataDir });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await first.db
      .insertInto('configs')
      .values({ name: 'n', description: '', created_at: 1, latest_revision: 1 })
      .execute();
    await first.close();
    await first.close();
    const second = await openDatabase({ kind: 'sqlite', dataDir });
    expect(await second.db.selectFrom('configs').select('name').execute()).toEqual([{ name: 'n' }]);
    await second.close();
  });

  test('is open in one server at a time, and the message says who has it', async () => {
    const first = await openDatabase({ kind: 'sqlite', dataDir: folder });
    const second = openDatabase({ kind: 'sqlite', dataDir: folder });
    await expect(second).rejects.toMatchObject({
      code: 'database_locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    await (await openDatabase({ kind: 'sqlite', dataDir: folder })).close();
  });

  test('is refused where it cannot be used, with what to do', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(openDatabase({ kind: 'sqlite', dataDir: file })).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringContaining('--data-dir'),
    });
    writeFileSync(
      join(folder, 'drover.db'),
      'this is no database at all, it is a letter to an aunt'.repeat(100),
    );
    await expect(openDatabase({ kind: 'sqlite', dataDir: folder })).rejects.toMatchObject({
      code: 'database_unusable',
    });
  });

  test('of a newer version is left alone', async () => {
    const db = await openDatabase({ kind: 'sqlite', dataDir: folder });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '')`.execute(db.db);
    await db.close();
    await expect(openDatabase({ kind: 'sqlite', dataDir: folder })).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('9999-future'),
    });
  });
});
