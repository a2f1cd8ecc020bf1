import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { enrolmentSuite } from './enrolment.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => enrolmentSuite(openPostgres));
