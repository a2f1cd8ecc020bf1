import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { agentSuite } from './agent.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => agentSuite(openPostgres));
