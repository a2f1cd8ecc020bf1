import { openMemory } from '../testing/databases.ts';
import { savedViewSuite } from './saved-view.suite.ts';

savedViewSuite(openMemory);
