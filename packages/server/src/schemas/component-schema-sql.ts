import type { Act } from '../audit/audit.ts';
import type { Db } from '../storage/open-database.ts';
import type { ComponentSchemaStore, StoredSchemaInfo } from './component-schema-store.ts';

/** Component schemas in the database, in either dialect. */
export class ComponentSchemaSql implements ComponentSchemaStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async list(): Promise<StoredSchemaInfo[]> {
    const rows = await this.#db.db
      .selectFrom('component_schemas')
      .select(['distribution', 'version', 'hash', 'components', 'created_at', 'author'])
      .execute();
    return rows.map(({ distribution, version, hash, components, created_at, author }) => ({
      distribution,
      version,
      origin: 'stored',
      hash,
      components,
      createdAtMs: created_at,
      author,
    }));
  }

  async body(distribution: string, version: string): Promise<string | undefined> {
    const row = await this.#db.db
      .selectFrom('component_schemas')
      .select('body')
      .where('distribution', '=', distribution)
      .where('version', '=', version)
      .executeTakeFirst();
    return row?.body;
  }

  async put(info: StoredSchemaInfo, body: string, act?: Act): Promise<void> {
    const { distribution, version, hash, components, createdAtMs, author } = info;
    const row = { hash, body, components, created_at: createdAtMs, author };
    await this.#db.audited(
      (tx) =>
        tx
          .insertInto('component_schemas')
          .values({ distribution, version, ...row })
          .onConflict((conflict) => conflict.columns(['distribution', 'version']).doUpdateSet(row))
          .execute(),
      () => act,
    );
  }

  remove(distribution: string, version: string, act?: Act): Promise<boolean> {
    return this.#db.audited(
      async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('component_schemas')
          .where('distribution', '=', distribution)
          .where('version', '=', version)
          .executeTakeFirst();
        return Number(numDeletedRows) > 0;
      },
      (done) => (done ? act : undefined),
    );
  }
}
