import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { searchSuite } from './search.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => searchSuite(openPostgres));
