import { openMemory } from '../testing/databases.ts';
import { wavesSuite } from './waves.suite.ts';

wavesSuite(openMemory);
