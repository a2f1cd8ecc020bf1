import { openMemory } from '../testing/databases.ts';
import { rolloutBoardSuite } from './rollout-board.suite.ts';

rolloutBoardSuite(openMemory);
