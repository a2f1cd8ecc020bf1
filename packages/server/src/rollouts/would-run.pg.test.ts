import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { wouldRunSuite } from './would-run.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => wouldRunSuite(openPostgres));
