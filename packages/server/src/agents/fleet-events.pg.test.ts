import { describe } from 'vitest';
import { openPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { fleetEventSuite } from './fleet-events.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () => fleetEventSuite(openPostgres));
