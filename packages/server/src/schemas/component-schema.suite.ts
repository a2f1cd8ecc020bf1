import { describe, expect, test } from 'vitest';
import { silentLog } from '../lib/log.ts';
import type { Db } from '../storage/open-database.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, startDomain } from '../testing/domain.ts';
import { ComponentSchemaService } from './component-schema-service.ts';
import { ComponentSchemaSql } from './component-schema-sql.ts';

const BUNDLED = {
  distribution: 'otelcol',
  version: '0.149.0',
  components: { receivers: { otlp: { type: 'object' as const } } },
};
const OTHER = { components: { exporters: { debug: { type: 'object' }, nop: {} } } };

async function start(db: Db) {
  const domain = await startDomain(db);
  const schemas = new ComponentSchemaService({
    store: new ComponentSchemaSql(db),
    agents: domain.agents,
    clock: domain.clock,
    log: silentLog,
    bundled: [BUNDLED],
  });
  await schemas.start();
  return { ...domain, schemas };
}

/** The behaviour of component schemas over a database that `open` gives, fresh each time. */
export function componentSchemaSuite(open: () => Promise<TestDatabase>): void {
  describe('component schemas', () => {
    test('that were stored are there after a restart, beside those that come with the server', async () => {
      await using db = await open();
      const first = await start(db);
      const { summary, isNew } = await first.schemas.put('acme-otelcol', '1.2.0', OTHER, 'ann');
      expect([isNew, summary]).toMatchObject([true, { origin: 'stored', components: 2, author: 'ann' }]);
      await first.stop();
      const { schemas, stop } = await start(db);
      const page = schemas.list({ limit: 1 });
      expect(page).toMatchObject({ items: [{ distribution: 'acme-otelcol', version: '1.2.0' }], total: 2 });
      expect(schemas.list({ limit: 1, cursor: page.nextCursor ?? '' })).toMatchObject({
        items: [{ distribution: 'otelcol', origin: 'bundled', createdAt: null }],
        nextCursor: null,
      });
      const { body, hash } = await schemas.document('acme-otelcol', '1.2.0');
      expect(JSON.parse(body)).toEqual({ distribution: 'acme-otelcol', version: '1.2.0', ...OTHER });
      expect(hash).toBe(summary.hash);
      await stop();
    });

    test('that were stored serve in the place of bundled ones until they are removed', async () => {
      await using db = await open();
      const { schemas, stop } = await start(db);
      const bundled = await schemas.document('otelcol', '0.149.0');
      await schemas.put('otelcol', '0.149.0', OTHER, 'ann');
      expect(schemas.list({ limit: 9 })).toMatchObject({ items: [{ origin: 'stored' }], total: 1 });
      expect(Object.keys((await schemas.schemas('otelcol', '0.149.0'))?.components ?? {})).toEqual([
        'exporters',
      ]);
      expect((await schemas.put('otelcol', '0.149.0', OTHER, 'bob')).isNew).toBe(false);
      await schemas.remove('otelcol', '0.149.0', 'ann');
      expect(await schemas.document('otelcol', '0.149.0')).toEqual(bundled);
      await expect(schemas.remove('otelcol', '0.149.0', 'ann')).rejects.toMatchObject({
        code: 'component_schemas_bundled',
      });
      await expect(schemas.remove('otelcol', '9.0.0', 'ann')).rejects.toMatchObject({
        code: 'component_schemas_not_found',
      });
      await stop();
    });

    test('that are none are refused with the place, and nothing is stored', async () => {
      await using db = await open();
      const { schemas, stop } = await start(db);
      const put = (body: object) => schemas.put('acme', '1.0.0', body as never, 'ann');
      await expect(put({ components: { receivers: { otlp: { type: 'text' } } } })).rejects.toMatchObject({
        code: 'invalid_component_schemas',
        errors: [{ pointer: '/components/receivers/otlp/type' }],
      });
      await expect(put({ version: '2.0.0', components: {} })).rejects.toMatchObject({
        detail: expect.stringContaining('version is "2.0.0" in the body and "1.0.0" in the address'),
      });
      expect(schemas.list({ limit: 9 }).total).toBe(1);
      await stop();
    });

    test('are told for the agents that a selector matches: their versions, counted, and what serves', async () => {
      await using db = await open();
      const { schemas, agents, stop } = await start(db);
      const versions = ['0.149.0', '0.149.0', '0.150.1', '0.100.0'];
      for (const [index, version] of versions.entries())
        connectAgent({ agents }, index + 1, { attributes: { 'service.version': version, zone: 'a' } });
      connectAgent({ agents }, 9, { attributes: { 'service.name': 'fluent-bit', zone: 'b' } });
      const targets = (selector: string): readonly string[] =>
        schemas
          .targetsOf(selector)
          .targets.map(
            ({ distribution, version, agents: count, schema }) =>
              `${distribution} ${version} ${count}: ${schema?.match ?? 'none'} ${schema?.version ?? ''}`,
          );
      expect(targets('')).toEqual([
        'otelcol 0.149.0 2: exact 0.149.0',
        'fluent-bit  1: none ',
        'otelcol 0.100.0 1: none ',
        'otelcol 0.150.1 1: nearest 0.149.0',
      ]);
      expect(targets('zone=a,service.version!=0.149.0')).toEqual([
        'otelcol 0.100.0 1: none ',
        'otelcol 0.150.1 1: nearest 0.149.0',
      ]);
      expect(schemas.targetsOf('zone=c')).toEqual({ agents: 0, targets: [] });
      expect(() => schemas.targetsOf('zone==')).toThrow(
        expect.objectContaining({ code: 'invalid_selector' }),
      );
      await stop();
    });
  });
}
