import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { componentSchemaSuite } from './component-schema.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => componentSchemaSuite(openPostgres));
