import { openMemory } from '../testing/databases.ts';
import { credentialSuite } from './credential.suite.ts';

credentialSuite(openMemory);
