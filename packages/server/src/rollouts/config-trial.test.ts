import { openMemory } from '../testing/databases.ts';
import { configTrialSuite } from './config-trial.suite.ts';

configTrialSuite(openMemory);
