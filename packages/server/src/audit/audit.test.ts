import { openMemory } from '../testing/databases.ts';
import { auditSuite } from './audit.suite.ts';

auditSuite(openMemory);
