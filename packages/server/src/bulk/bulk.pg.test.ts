import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { bulkSuite } from './bulk.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => bulkSuite(openPostgres));
