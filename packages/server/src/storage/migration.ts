import type { Migration } from 'kysely/migration';
import type { DialectFlags } from './dialect.ts';

/** A step of the schema, for either dialect. Once released it is never changed, only followed by another. */
export type MigrationOf = (flags: DialectFlags) => Migration;
