import { openMemory } from '../testing/databases.ts';
import { layersSuite } from './layers.suite.ts';

layersSuite(openMemory);
