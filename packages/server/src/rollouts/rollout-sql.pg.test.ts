import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { rolloutSuite } from './rollout.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => rolloutSuite(openPostgres));
