import { openMemory } from '../testing/databases.ts';
import { fleetEventSuite } from './fleet-events.suite.ts';

fleetEventSuite(openMemory);
