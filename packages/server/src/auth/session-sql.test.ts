import { openMemory } from '../testing/databases.ts';
import { sessionSuite } from './session.suite.ts';

sessionSuite(openMemory);
