import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { driftReassertSuite } from './drift-reassert.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => driftReassertSuite(openPostgres));
