import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { certificateSuite } from './certificate.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => certificateSuite(openPostgres));
