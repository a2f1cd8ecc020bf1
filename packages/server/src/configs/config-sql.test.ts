import { openMemory } from '../testing/databases.ts';
import { configSuite } from './config.suite.ts';

configSuite(openMemory);
