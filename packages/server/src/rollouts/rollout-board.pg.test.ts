import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { rolloutBoardSuite } from './rollout-board.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => rolloutBoardSuite(openPostgres));
