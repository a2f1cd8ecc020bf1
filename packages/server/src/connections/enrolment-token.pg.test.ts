import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { enrolmentTokenSuite } from './enrolment-token.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => enrolmentTokenSuite(openPostgres));
