import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { sessionSuite } from './session.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => sessionSuite(openPostgres));
