import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { componentSetSuite } from './component-set.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => componentSetSuite(openPostgres));
