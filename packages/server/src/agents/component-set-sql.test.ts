import { openMemory } from '../testing/databases.ts';
import { componentSetSuite } from './component-set.suite.ts';

componentSetSuite(openMemory);
