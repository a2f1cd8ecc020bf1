import { openMemory } from '../testing/databases.ts';
import { fieldCheckSuite } from './field-check.suite.ts';

fieldCheckSuite(openMemory);
