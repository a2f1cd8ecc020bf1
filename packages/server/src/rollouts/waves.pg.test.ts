import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { wavesSuite } from './waves.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => wavesSuite(openPostgres));
