import { openMemory } from '../testing/databases.ts';
import { driftReassertSuite } from './drift-reassert.suite.ts';

driftReassertSuite(openMemory);
