import { openMemory } from '../testing/databases.ts';
import { wouldRunSuite } from './would-run.suite.ts';

wouldRunSuite(openMemory);
