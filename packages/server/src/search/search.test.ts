import { openMemory } from '../testing/databases.ts';
import { searchSuite } from './search.suite.ts';

searchSuite(openMemory);
