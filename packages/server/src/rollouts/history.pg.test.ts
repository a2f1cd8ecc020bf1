import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { historySuite } from './history.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => historySuite(openPostgres));
