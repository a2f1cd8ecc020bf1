import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { layersSuite } from './layers.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => layersSuite(openPostgres));
