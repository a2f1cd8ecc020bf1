import { openMemory } from '../testing/databases.ts';
import { driftSuite } from './drift.suite.ts';

driftSuite(openMemory);
