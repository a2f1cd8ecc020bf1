import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { configSecretSuite } from './config-secret.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => configSecretSuite(openPostgres));
