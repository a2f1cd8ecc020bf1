import { openMemory } from '../testing/databases.ts';
import { bulkSuite } from './bulk.suite.ts';

bulkSuite(openMemory);
