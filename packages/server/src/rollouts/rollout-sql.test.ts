import { openMemory } from '../testing/databases.ts';
import { rolloutSuite } from './rollout.suite.ts';

rolloutSuite(openMemory);
