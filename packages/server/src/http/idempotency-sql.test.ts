import { openMemory } from '../testing/databases.ts';
import { idempotencySuite } from './idempotency.suite.ts';

idempotencySuite(openMemory);
