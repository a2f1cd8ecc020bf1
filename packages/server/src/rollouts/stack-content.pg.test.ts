import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { stackContentSuite } from './stack-content.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => stackContentSuite(openPostgres));
