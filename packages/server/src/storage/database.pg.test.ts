import { describe, expect, test } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { databaseSuite } from './database.suite.ts';
import { openDatabase } from './open-database.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => {
  databaseSuite(openPostgres);

  test('an address where nobody answers is refused as such', async () => {
    await expect(
      openDatabase({ kind: 'postgres', url: 'postgres://127.0.0.1:1/none' }),
    ).rejects.toMatchObject({
      code: 'database_unreachable',
    });
  });
});
