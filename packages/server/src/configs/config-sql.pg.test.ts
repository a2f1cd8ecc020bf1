import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { configSuite } from './config.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => configSuite(openPostgres));
