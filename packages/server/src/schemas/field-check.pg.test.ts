import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { fieldCheckSuite } from './field-check.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => fieldCheckSuite(openPostgres));
