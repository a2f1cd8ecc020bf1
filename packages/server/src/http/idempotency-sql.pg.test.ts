import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { idempotencySuite } from './idempotency.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => idempotencySuite(openPostgres));
