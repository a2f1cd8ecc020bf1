import { openMemory } from '../testing/databases.ts';
import { enrolmentTokenSuite } from './enrolment-token.suite.ts';

enrolmentTokenSuite(openMemory);
