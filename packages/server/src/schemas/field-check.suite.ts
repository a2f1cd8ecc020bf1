import { describe, expect, test } from 'vitest';
import { ConfigService } from '../configs/config-service.ts';
import { ConfigSql } from '../configs/config-sql.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, startDomain } from '../testing/domain.ts';
import { ComponentSchemaService } from './component-schema-service.ts';
import { ComponentSchemaSql } from './component-schema-sql.ts';
import { FieldCheckService } from './field-check-service.ts';

const schemasOf = (distribution: string, version: string, fields: readonly string[]) => ({
  distribution,
  version,
  components: {
    receivers: {
      otlp: { type: 'object' as const, additionalProperties: false, properties: { protocols: {} } },
    },
    exporters: {
      debug: {
        type: 'object' as const,
        additionalProperties: false,
        properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' as const }])),
      },
    },
  },
});
const configWith = (settings: string, exporter = 'debug'): string => `receivers:
  otlp: {protocols: {}}
exporters:
  ${exporter}: {${settings}}
service:
  pipelines: {metrics: {receivers: [otlp], exporters: [${exporter}]}}
`;

async function start(db: TestDatabase) {
  const domain = await startDomain(db);
  const { agents, clock } = domain;
  const schemas = new ComponentSchemaService({
    store: new ComponentSchemaSql(db),
    agents,
    clock,
    log: silentLog,
    bundled: [schemasOf('acme', '0.149.0', ['verbosity'])],
  });
  await schemas.start();
  const fields = new FieldCheckService(schemas);
  const configs = new ConfigService({ store: new ConfigSql(db), agents, clock, fields });
  let count = 0;
  const connect = (distribution: string, version: string, zone = 'a'): void => {
    count += 1;
    const attributes = { 'service.name': distribution, 'service.version': version, zone };
    connectAgent(domain, count, { attributes });
  };
  const validate = async (body: string, selector?: string) => {
    const result = await configs.validate({ body, ...(selector === undefined ? {} : { selector }) });
    const problems = result.problems.map(({ severity, line, message }) => `${severity} ${line} ${message}`);
    return { ...result, problems };
  };
  return { ...domain, schemas, connect, validate };
}

/** How settings are checked, over a database that `open` gives, fresh each time. */
export function fieldCheckSuite(open: () => Promise<TestDatabase>): void {
  describe('settings', () => {
    test('are held against the schemas of exactly the version that the agents report', async () => {
      await using db = await open();
      const { connect, validate, stop } = await start(db);
      connect('acme', '0.149.0');
      const wrong = await validate(configWith('verbositi: basic'), 'zone=a');
      expect(wrong).toMatchObject({
        valid: false,
        problems: [
          'error 4 exporters::debug: unknown field "verbositi" in acme 0.149.0; did you mean "verbosity"?',
        ],
        schemas: [{ distribution: 'acme', version: '0.149.0', match: 'exact', agents: 1 }],
      });
      expect(await validate(configWith('verbosity: basic'), 'zone=a')).toMatchObject({
        valid: true,
        problems: [],
      });
      await stop();
    });

    test('of several versions have findings that name those they hold for, and say what was not checked', async () => {
      await using db = await open();
      const { connect, validate, schemas, stop } = await start(db);
      await schemas.put('acme', '0.150.0', schemasOf('acme', '0.150.0', ['verbosity', 'fresh']), 'ann');
      for (const version of ['0.149.0', '0.150.0', '0.150.0']) connect('acme', version);
      connect('fluent-bit', '3.1');
      const { valid, problems, schemas: checkedBy } = await validate(configWith('fresh: a, old: b'), '');
      expect(valid).toBe(false);
      expect(problems).toEqual([
        'info 0 not checked: no component schemas are known for fluent-bit 3.1 (1 agent); store some to have fields checked',
        'error 4 exporters::debug: unknown field "fresh" in acme 0.149.0; there are verbosity',
        'error 4 exporters::debug: unknown field "old" in acme 0.150.0; there are verbosity, fresh',
        'error 4 exporters::debug: unknown field "old" in acme 0.149.0; there are verbosity',
      ]);
      expect(checkedBy?.map(({ version, agents }) => [version, agents])).toEqual([
        ['0.150.0', 2],
        ['0.149.0', 1],
      ]);
      const shared = await validate(configWith('verbosity: 1'), 'service.name=acme');
      expect(shared.problems).toEqual([
        'error 4 exporters::debug::verbosity: has to be text, not the number 1 in acme 0.150.0, acme 0.149.0',
      ]);
      await stop();
    });

    test('are never refused by the schemas of another version: these give warnings, and say so', async () => {
      await using db = await open();
      const { connect, validate, stop } = await start(db);
      connect('acme', '0.151.0');
      const nearest = await validate(configWith('fresh: a'), 'zone=a');
      expect(nearest).toMatchObject({ valid: true, schemas: [{ match: 'nearest', agents: 1 }] });
      expect(nearest.problems).toEqual([
        'info 0 acme 0.151.0 (1 agent) was checked by the schemas of acme 0.149.0, the newest known below it: fields that are newer are said to be unknown',
        'warning 4 exporters::debug: unknown field "fresh" in acme 0.149.0; there are verbosity',
      ]);
      for (const selector of [undefined, 'zone=nowhere']) {
        expect(await validate(configWith('fresh: a'), selector)).toMatchObject({
          valid: true,
          problems: [expect.stringMatching(/^warning 4 .*unknown field "fresh" in acme 0\.149\.0/)],
          schemas: [{ version: '0.149.0', match: 'assumed', agents: 0 }],
        });
      }
      await stop();
    });

    test('of components without a schema, and of agents without schemas, are said to be unchecked', async () => {
      await using db = await open();
      const { connect, validate, stop } = await start(db);
      expect((await validate(configWith('a: 1', 'kafka'))).problems).toEqual([
        'info 4 not checked: no schema is known for exporter "kafka" in acme 0.149.0',
      ]);
      connect('otelcol-contrib', '0.140.0');
      expect(await validate(configWith('zz: 1'), 'zone=a')).toMatchObject({
        valid: true,
        problems: [
          expect.stringContaining('no component schemas are known for otelcol-contrib 0.140.0 (1 agent)'),
        ],
        schemas: [],
      });
      await stop();
    });

    test('are held against a few versions at most, and the others are named', async () => {
      await using db = await open();
      const { connect, validate, schemas, stop } = await start(db);
      for (let minor = 1; minor <= 10; minor += 1) {
        await schemas.put('many', `1.${minor}.0`, schemasOf('many', `1.${minor}.0`, ['a']), 'ann');
        connect('many', `1.${minor}.0`);
      }
      const { problems, schemas: checkedBy } = await validate(configWith('zz: 1'), '');
      expect(checkedBy).toHaveLength(8);
      expect(problems).toEqual([
        expect.stringMatching(/^info 0 not checked: the schemas of many \S+, many \S+, since 8 versions/),
        expect.stringMatching(/^error 4 .*unknown field "zz" in many \S+, many \S+, many \S+ and 5 more/),
      ]);
      await stop();
    });

    test('of a text that does not parse, or of another format, are not looked into', async () => {
      await using db = await open();
      const { validate, stop } = await start(db);
      expect((await validate('a: [')).problems).toHaveLength(1);
      await expect(validate(configWith(''), 'zone==')).rejects.toMatchObject({ code: 'invalid_selector' });
      await stop();
    });
  });
}
