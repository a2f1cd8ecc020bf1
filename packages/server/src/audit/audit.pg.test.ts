import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { auditSuite } from './audit.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => auditSuite(openPostgres));
