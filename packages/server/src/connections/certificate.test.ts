import { openMemory } from '../testing/databases.ts';
import { certificateSuite } from './certificate.suite.ts';

certificateSuite(openMemory);
