import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { savedViewSuite } from './saved-view.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => savedViewSuite(openPostgres));
