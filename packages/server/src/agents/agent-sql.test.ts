import { openMemory } from '../testing/databases.ts';
import { agentSuite } from './agent.suite.ts';

agentSuite(openMemory);
