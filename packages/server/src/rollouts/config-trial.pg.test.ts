import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { configTrialSuite } from './config-trial.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => configTrialSuite(openPostgres));
