import { describe, expect, test } from 'vitest';
import { checkFields, type FieldTarget } from './check-fields.ts';
import type { ComponentSchemas, FieldSchema } from './component-schemas.ts';
import { MAX_FINDINGS } from './finding.ts';
import { parseCollectorConfig } from './parse.ts';

const EXPORTER: FieldSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    endpoint: { type: 'string' },
    timeout: { type: 'string', format: 'duration' },
    retries: { type: 'integer' },
    ratio: { type: 'number' },
    verbose: { type: 'boolean' },
    names: { type: ['array', 'string'], items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    compression: { type: 'string', enum: ['', 'gzip', 'zstd'] },
    level: { type: 'string', enum: ['basic', 'detailed'], 'x-ignore-case': true },
    old: { type: 'string', deprecated: true, description: 'Deprecated: use endpoint. It goes away.' },
    tls: { $ref: '#/$defs/tls' },
    rules: { type: 'array', items: { 'x-unchecked': true } },
    tree: { $ref: '#/$defs/tree' },
    loop: { $ref: '#/$defs/loop' },
  },
  $defs: {
    tls: {
      type: 'object',
      additionalProperties: false,
      properties: { insecure: { type: 'boolean' }, cert_file: { type: 'string' } },
    },
    tree: {
      type: 'object',
      additionalProperties: false,
      properties: { child: { $ref: '#/$defs/tree' }, leaf: { type: 'integer' } },
    },
    loop: { $ref: '#/$defs/loop' },
  },
};
const SCHEMAS: ComponentSchemas = {
  distribution: 'otelcol-acme',
  version: '0.149.0',
  components: {
    receivers: {
      open: { type: 'object', 'x-unchecked': true, properties: { collection_interval: { type: 'string' } } },
      gone: { type: 'object', deprecated: true, description: 'Deprecated: use acme.' },
    },
    exporters: { acme: EXPORTER },
  },
  service: {
    type: 'object',
    properties: {
      telemetry: {
        type: 'object',
        additionalProperties: false,
        properties: { logs: { type: 'object', properties: { level: { type: 'string', enum: ['INFO'] } } } },
      },
    },
  },
};

const TARGET: FieldTarget = { schemas: SCHEMAS, isCertain: true };

/** `severity line:column message` of each finding. */
function brief(text: string, targets: readonly FieldTarget[] = [TARGET]): readonly string[] {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return checkFields(parsed, targets).map(({ severity, line, column, message, source }) => {
    expect(source).toBe('schema');
    return `${severity} ${line}:${column} ${message}`;
  });
}
const settings = (lines: string): readonly string[] => brief(`exporters:\n  acme/x:\n    ${lines}\n`);
const IN = ' in otelcol-acme 0.149.0';
const WHERE = 'exporters::acme/x';

describe('names of fields', () => {
  test('that are known have no findings, empty and null settings neither', () => {
    expect(settings('endpoint: a:1')).toEqual([]);
    expect(brief('exporters:\n  acme:\n  acme/2: {}\n')).toEqual([]);
    expect(settings('tls: {insecure: true}')).toEqual([]);
  });

  test('that are not known are errors at the key, with the nearest name', () => {
    expect(settings('endpont: a:1')).toEqual([
      `error 3:5 ${WHERE}: unknown field "endpont" in otelcol-acme 0.149.0; did you mean "endpoint"?`,
    ]);
    expect(settings('tls: {insecured: true}')[0]).toContain('did you mean "insecure"?');
    expect(settings('tls: {zzzzzzzz: true}')[0]).toMatch(/^error 3:11 .*there are insecure, cert_file$/);
  });

  test('are followed through keys with separators, and told at their place', () => {
    expect(settings('tls::insecure: true')).toEqual([]);
    expect(settings('tls::insecure: maybe')).toEqual([
      `error 3:20 ${WHERE}::tls::insecure: has to be true or false, not the text "maybe"${IN}`,
    ]);
    expect(settings('tls::insecur: true')[0]).toMatch(/^error 3:5 .*did you mean "insecure"\?$/);
  });

  test('that are deprecated are warnings with what to use, also of whole components', () => {
    expect(settings('old: x')).toEqual([
      'warning 3:5 field "old" is deprecated in otelcol-acme 0.149.0: use endpoint',
    ]);
    expect(brief('receivers:\n  gone:\n')).toEqual([
      'warning 2:3 receiver "gone" is deprecated in otelcol-acme 0.149.0: use acme',
    ]);
  });

  test('that only a Collector can fill in are not judged', () => {
    expect(settings('"${env:KEY}": 1')).toEqual([]);
  });

  test('of objects from the language itself are fields as any other', () => {
    expect(settings('constructor: 1')[0]).toContain('unknown field "constructor"');
    expect(settings('__proto__: 1')[0]).toContain('unknown field "__proto__"');
    expect(brief('exporters:\n  toString: {a: 1}\n')[0]).toContain('no schema is known');
  });
});

describe('values', () => {
  test.each([
    'endpoint: ${env:HOST}:4317',
    'retries: ${drover:label.retries}',
    'verbose: ${env:VERBOSE:-false}',
    'timeout: 5s',
    'timeout: 1h2m3.5s',
    'timeout: 5000000000',
    'timeout: 0',
    'timeout: "0"',
    'retries: 5.5',
    'retries: 0x10',
    'retries: 123456789012345678901',
    'ratio: 1',
    'names: a,b',
    'names: [a, b]',
    'names: []',
    'labels: {a: b}',
    'endpoint:',
    'tls: ~',
    'compression: ""',
    'compression: zstd',
    'level: Detailed',
    'tree: {child: {child: {leaf: 1}}}',
    'rules: [a, 1, true]',
  ])('that a Collector takes have no findings: %s', (line) => {
    expect(settings(line)).toEqual([]);
  });

  test.each([
    ['endpoint: 4317', 'has to be text, not the number 4317'],
    ['endpoint: [a]', 'has to be text, not a list'],
    ['timeout: "10"', 'the text "10" is not a duration; write a number with ns, us, ms, s, m or h'],
    ['timeout: 1d', 'the text "1d" is not a duration'],
    ['timeout: ""', 'the text "" is not a duration'],
    ['timeout: true', 'has to be a duration such as 10s or 1m30s, not the boolean true'],
    ['retries: "5"', 'has to be a whole number, not the text "5"'],
    ['verbose: "true"', 'has to be true or false, not the text "true"'],
    ['verbose: 1', 'has to be true or false, not the number 1'],
    ['names: {a: b}', 'has to be a list or text, not a map'],
    ['labels: [a]', 'has to be a map, not a list'],
    ['tls: yes', 'has to be a map, not the text "yes"'],
    ['compression: gzp', 'the text "gzp" is not one of gzip, zstd; did you mean "gzip"?'],
    ['compression: GZIP', 'the text "GZIP" is not one of gzip, zstd'],
    ['level: loud', 'the text "loud" is not one of basic, detailed'],
  ])('that it refuses are errors: %s', (line, message) => {
    const [finding, ...others] = settings(line);
    expect(others).toEqual([]);
    expect(finding).toMatch(/^error 3:\d+ /);
    expect(finding).toContain(`: ${message}`);
  });

  test('in lists and maps are told with their own path and place', () => {
    expect(settings('names: [a, 2]')).toEqual([
      `error 3:16 ${WHERE}::names::1: has to be text, not the number 2${IN}`,
    ]);
    expect(settings('labels: {a: b, c: 3}')[0]).toBe(
      `error 3:23 ${WHERE}::labels::c: has to be text, not the number 3${IN}`,
    );
  });

  test('of the service are held against its schema as far as there is one', () => {
    const text = 'service:\n  pipelines: {x: y}\n  telemetry: {logs: {level: LOUD}, metric: {}}\n';
    expect(brief(text)).toEqual([
      'error 3:29 service::telemetry::logs::level: the text "LOUD" is not one of INFO in otelcol-acme 0.149.0',
      'error 3:36 service::telemetry: unknown field "metric" in otelcol-acme 0.149.0; there are logs',
    ]);
  });

  test('that another layer or an anchor brings are checked where they stand', () => {
    const text = 'x: &base {endpont: a}\nexporters:\n  acme:\n    <<: *base\n';
    expect(brief(text)[0]).toContain('unknown field "endpont"');
  });
});

describe('what is not known', () => {
  test('is said for each component without a schema, never passed over', () => {
    expect(brief('processors:\n  batch: {x: 1}\nexporters:\n  other:\n')).toEqual([
      'info 2:3 not checked: no schema is known for processor "batch" in otelcol-acme 0.149.0',
      'info 4:3 not checked: no schema is known for exporter "other" in otelcol-acme 0.149.0',
    ]);
  });

  test('is said once for the entries of a list, and not for single values', () => {
    expect(settings('rules: [{a: 1}, {b: 2}, [c]]')).toEqual([
      `info 3:13 not checked: ${WHERE}::rules::0 is not described by otelcol-acme 0.149.0`,
    ]);
  });

  test('is a warning where a component takes all names and one is close to a known name', () => {
    const [near, far, ...others] = brief('receivers:\n  open:\n    colection_interval: 1s\n    zzz: 1\n');
    expect(near).toBe(
      'warning 3:5 receivers::open: "colection_interval" is not a known field in otelcol-acme 0.149.0, which may ignore it; did you mean "collection_interval"?',
    );
    expect(far).toMatch(
      /^info 4:5 not checked: field "zzz" of receivers::open is not described by otelcol-acme/,
    );
    expect(others).toEqual([]);
  });

  test('a reference that leads in a circle allows everything', () => {
    expect(settings('loop: {a: 1}')).toEqual([
      `info 3:5 not checked: ${WHERE}::loop is not described by otelcol-acme 0.149.0`,
    ]);
  });
});

describe('several versions', () => {
  const newer: ComponentSchemas = {
    ...SCHEMAS,
    version: '0.150.0',
    components: {
      exporters: {
        acme: { ...EXPORTER, properties: { ...EXPORTER.properties, fresh: { type: 'boolean' } } },
      },
    },
  };
  const both = (lines: string, isCertain: boolean): readonly string[] =>
    brief(`exporters:\n  acme/x:\n    ${lines}\n`, [TARGET, { schemas: newer, isCertain }]);

  test('have what they share said once, with their names', () => {
    expect(both('retries: x', true)).toEqual([
      `error 3:14 ${WHERE}::retries: has to be a whole number, not the text "x" in otelcol-acme 0.149.0, otelcol-acme 0.150.0`,
    ]);
    expect(brief('exporters:\n  acme: {zz: 1}\n', Array(5).fill(TARGET))).toHaveLength(1);
  });

  test('have what holds for one alone said with its name', () => {
    expect(both('fresh: true', true)).toEqual([
      expect.stringMatching(/^error 3:5 .*unknown field "fresh" in otelcol-acme 0\.149\.0; there are /),
    ]);
  });

  test('that are not those of the targets give warnings alone', () => {
    expect(brief('exporters:\n  acme: {zz: 1}\n', [{ schemas: newer, isCertain: false }])).toEqual([
      expect.stringMatching(/^warning 2:10 .*unknown field "zz"/),
    ]);
    expect(both('zz: 1', false)[0]).toMatch(/^error /);
  });
});

describe('hostile configurations', () => {
  test('give a bounded number of findings, errors among them', () => {
    const unknown = Array.from({ length: 3000 }, (_, at) => `  other${at}: {a: 1}`).join('\n');
    const wrong = Array.from({ length: 3000 }, (_, at) => `    f${at}: 1`).join('\n');
    const findings = brief(`receivers:\n${unknown}\nexporters:\n  acme:\n${wrong}\n`);
    expect(findings.length).toBe(MAX_FINDINGS);
    expect(findings.filter((finding) => finding.startsWith('error')).length).toBeGreaterThan(100);
  });

  test('with more values than are looked at say so', () => {
    const labels = Array.from({ length: 250 }, (_, at) => `  acme/${at}: {names: *n}`).join('\n');
    const names = Array.from({ length: 1000 }, () => 'a').join(',');
    const findings = brief(`exporters:\n  acme: {names: &n [${names}]}\n${labels}\n`);
    expect(findings).toEqual([
      expect.stringMatching(/^info .*not checked: what comes after the first 200000 values/),
    ]);
  });
});
