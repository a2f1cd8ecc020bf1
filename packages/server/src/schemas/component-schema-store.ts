import type { Act } from '../audit/audit.ts';
import type { SchemaInfo } from './component-schema.ts';

/** What is kept of stored schemas beside their document. */
export type StoredSchemaInfo = SchemaInfo & {
  readonly origin: 'stored';
  readonly createdAtMs: number;
  readonly author: string;
};

/** Where the component schemas of operators are kept. Writes are on disk when they resolve, and an act with what it did. */
export interface ComponentSchemaStore {
  list(): Promise<readonly StoredSchemaInfo[]>;
  /** The document as JSON. */
  body(distribution: string, version: string): Promise<string | undefined>;
  /** In the place of what is there. */
  put(info: StoredSchemaInfo, body: string, act?: Act): Promise<void>;
  remove(distribution: string, version: string, act?: Act): Promise<boolean>;
}
