import { openMemory } from '../testing/databases.ts';
import { enrolmentSuite } from './enrolment.suite.ts';

enrolmentSuite(openMemory);
