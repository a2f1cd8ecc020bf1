import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { driftSuite } from './drift.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => driftSuite(openPostgres));
