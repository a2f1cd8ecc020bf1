import { openMemory } from '../testing/databases.ts';
import { configSecretSuite } from './config-secret.suite.ts';

configSecretSuite(openMemory);
