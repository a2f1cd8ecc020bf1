import { openMemory } from '../testing/databases.ts';
import { stackContentSuite } from './stack-content.suite.ts';

stackContentSuite(openMemory);
