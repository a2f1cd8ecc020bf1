import { openMemory } from '../testing/databases.ts';
import { historySuite } from './history.suite.ts';

historySuite(openMemory);
