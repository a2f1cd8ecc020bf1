import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { credentialSuite } from './credential.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => credentialSuite(openPostgres));
