import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completionsAt } from './completion.ts';
import type { EditorKnowledge } from './completion-context.ts';
import type { ComponentSchemas } from './component-schemas.ts';
import { parseCollectorConfig } from './parse.ts';

const SCHEMAS: ComponentSchemas = {
  distribution: 'otelcol-drover',
  version: '0.149.0',
  components: {
    receivers: {
      otlp: {
        type: 'object',
        description: 'Takes OTLP in.',
        properties: {
          protocols: {
            type: 'object',
            properties: { grpc: { $ref: '#/$defs/server' }, http: { $ref: '#/$defs/server' } },
          },
        },
        $defs: {
          server: {
            type: 'object',
            properties: {
              endpoint: { type: 'string', description: 'Where it listens.', default: 'localhost:4317' },
              transport: { type: 'string', enum: ['tcp', 'udp', 'unix'], default: 'tcp' },
              include_metadata: { type: 'boolean', default: false },
              old_name: { type: 'string', deprecated: true },
              loop: { $ref: '#/$defs/server' },
            },
          },
        },
      },
      hostmetrics: {
        type: 'object',
        properties: { collection_interval: { type: 'string', format: 'duration', default: '1m0s' } },
      },
    },
    processors: {
      attributes: {
        type: 'object',
        properties: {
          actions: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                key: { type: 'string' },
                action: { type: 'string', enum: ['insert', 'delete', 'DELETE'], 'x-ignore-case': true },
              },
            },
          },
          names: { type: 'array', items: { type: 'string', enum: ['on', 'one two'] } },
        },
      },
    },
    exporters: {
      debug: { type: 'object', properties: { verbosity: { type: 'string', enum: ['basic', 'detailed'] } } },
    },
  },
  service: {
    type: 'object',
    properties: {
      telemetry: {
        type: 'object',
        properties: {
          logs: {
            type: 'object',
            properties: { level: { type: ['string', 'integer'], enum: ['debug', 'info'] } },
          },
        },
      },
    },
  },
};

const KNOWLEDGE: EditorKnowledge = {
  schemas: SCHEMAS,
  components: { receivers: ['otlp', 'kafka'] },
  labels: ['region', 'team'],
  secrets: ['gateway'],
};

/** The labels that are offered where ‸ stands. */
function labelsAt(marked: string, knowledge = KNOWLEDGE): string[] {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  return completionsAt(text, offset, knowledge)?.items.map(({ label }) => label) ?? [];
}

/** The text once a label is chosen where ‸ stands. */
function chosen(marked: string, label: string): string {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  const completions = completionsAt(text, offset, KNOWLEDGE);
  const item = completions?.items.find((each) => each.label === label);
  if (completions === undefined || item === undefined) throw new Error(`${label} is not offered`);
  return `${text.slice(0, completions.from)}${item.insert}${text.slice(completions.to)}`;
}

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'];
const SERVER = ['endpoint', 'transport', 'include_metadata', 'old_name', 'loop'];
const GRPC = 'receivers:\n  otlp:\n    protocols:\n      grpc:\n';

describe('keys', () => {
  test.each([
    ['an empty text', '‸', SECTIONS],
    ['half a section', 'rec‸', SECTIONS],
    [
      'a section behind others',
      'receivers:\n  otlp:\n\n‸\nexporters:\n',
      ['processors', 'connectors', 'extensions', 'service'],
    ],
    ['the first component', 'receivers:\n  ‸', ['hostmetrics', 'kafka', 'otlp']],
    ['half a component above others', 'receivers:\n  ho‸\n  otlp:\n', ['hostmetrics', 'kafka', 'otlp/2']],
    ['a setting', 'receivers:\n  otlp:\n    ‸', ['protocols']],
    ['a setting through references', `${GRPC}        ‸`, SERVER],
    [
      'half a setting, with others around',
      `${GRPC}        endpoint: a\n        tr‸\n        old_name: b\n`,
      ['transport', 'include_metadata', 'loop'],
    ],
    [
      'a setting below a deeper one',
      'receivers:\n  otlp:\n    protocols:\n      grpc:\n        endpoint: a\n      ‸',
      ['http'],
    ],
    [
      'a setting of a schema that refers to itself',
      `${GRPC}        loop:\n          loop:\n            ‸`,
      SERVER,
    ],
    [
      'a key in braces',
      'receivers:\n  otlp: {protocols: {grpc: {endpoint: x, ‸',
      ['transport', 'include_metadata', 'old_name', 'loop'],
    ],
    [
      'a key in braces over lines',
      'receivers:\n  otlp: {\n    protocols: {\n      gr‸\n    }\n  }\n',
      ['grpc', 'http'],
    ],
    ['a component with a name', 'receivers:\n  otlp/in:\n    ‸', ['protocols']],
    ['an entry of a list of maps', 'processors:\n  attributes:\n    actions:\n      - ‸', ['key', 'action']],
    [
      'a second key of an entry',
      'processors:\n  attributes:\n    actions:\n      - key: a\n        ‸',
      ['action'],
    ],
    ['the first line below a list', 'processors:\n  attributes:\n    actions:\n      ‸', ['key', 'action']],
    ['a part of service', 'service:\n  te‸\n  pipelines:\n', ['extensions', 'telemetry']],
    ['a pipeline', 'service:\n  pipelines:\n    ‸', ['traces', 'metrics', 'logs', 'profiles']],
    [
      'a list of a pipeline',
      'service:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      ‸',
      ['processors', 'exporters'],
    ],
    [
      'a list of a pipeline in braces',
      'service: {pipelines: {traces: {‸}}}',
      ['receivers', 'processors', 'exporters'],
    ],
    ['telemetry', 'service:\n  telemetry:\n    logs:\n      ‸', ['level']],
    ['a key whose colon is there', 'receivers:\n  ot‸lp:\n', ['hostmetrics', 'kafka', 'otlp']],
    ['a component without schema', 'receivers:\n  kafka:\n    ‸', []],
  ])('%s', (_name, text, labels) => {
    expect(labelsAt(text)).toEqual(labels);
  });

  test('say their type, default, description and whether they are deprecated', () => {
    const items = completionsAt(`${GRPC}        `, GRPC.length + 8, KNOWLEDGE)?.items;
    expect(items?.[0]).toMatchObject({
      detail: 'text, default localhost:4317',
      description: 'Where it listens.',
    });
    expect(items?.[3]?.isDeprecated).toBe(true);
  });

  test.each([
    ['a map begins its own line', 'receivers:\n  ot‸', 'otlp', 'receivers:\n  otlp:\n    '],
    [
      'a colon that is there stays',
      'receivers:\n  ho‸st:\n    a: 1\n',
      'otlp',
      'receivers:\n  otlp:\n    a: 1\n',
    ],
    ['a word follows on the line', `${GRPC}        end‸`, 'endpoint', `${GRPC}        endpoint: `],
    ['braces stay on the line', 'receivers: {otlp: {‸}}', 'protocols', 'receivers: {otlp: {protocols: }}'],
    [
      'a list begins with a dash',
      'processors:\n  attributes:\n    ‸',
      'actions',
      'processors:\n  attributes:\n    actions:\n      - ',
    ],
    [
      'an entry begins with a dash',
      'processors:\n  attributes:\n    actions:\n      ‸',
      'key',
      'processors:\n  attributes:\n    actions:\n      - key: ',
    ],
    [
      'in an entry the key alone',
      'processors:\n  attributes:\n    actions:\n      - k‸',
      'key',
      'processors:\n  attributes:\n    actions:\n      - key: ',
    ],
  ])('%s', (_name, text, label, result) => {
    expect(chosen(text, label)).toBe(result);
  });
});

const DOCUMENT = `receivers: {otlp: , otlp/2: }
processors: {batch: , filter/a: }
exporters: {debug: }
connectors: {count: }
extensions: {opamp: , zpages: }
service:
`;

describe('ids of components', () => {
  test.each([
    ['in brackets', '  pipelines:\n    traces:\n      receivers: [‸]', ['otlp', 'otlp/2', 'count']],
    [
      'half-typed, without those that are there',
      '  pipelines:\n    traces:\n      receivers: [otlp, ot‸]',
      ['otlp/2', 'count'],
    ],
    [
      'in brackets that are not closed',
      '  pipelines:\n    traces:\n      processors: [‸\n      exporters: [debug]\n',
      ['batch', 'filter/a'],
    ],
    ['in quotes', '  pipelines:\n    traces:\n      processors: ["‸"]', ['batch', 'filter/a']],
    ['behind a dash', '  pipelines:\n    traces:\n      exporters:\n        - debug\n        - ‸', ['count']],
    [
      'behind a dash that is not further in',
      '  pipelines:\n    traces:\n      exporters:\n      - ‸',
      ['debug', 'count'],
    ],
    [
      'on the first line of a list',
      '  pipelines:\n    traces:\n      exporters:\n        ‸',
      ['debug', 'count'],
    ],
    ['without brackets', '  pipelines:\n    traces:\n      exporters: ‸', ['debug', 'count']],
    [
      'over lines',
      '  pipelines:\n    traces:\n      exporters: [\n        debug,\n        ‸\n      ]',
      ['count'],
    ],
    ['extensions', '  extensions: [zpages, ‸]', ['opamp']],
  ])('%s', (_name, text, labels) => {
    expect(labelsAt(DOCUMENT + text)).toEqual(labels);
    // No schema is needed for these.
    expect(labelsAt(DOCUMENT + text, {})).toEqual(labels);
  });

  test('are written as the place wants them', () => {
    const pipeline = `${DOCUMENT}  pipelines:\n    traces:\n      exporters:`;
    expect(chosen(`${pipeline} ‸`, 'debug')).toBe(`${pipeline} [debug]`);
    expect(chosen(`${pipeline}\n        ‸`, 'debug')).toBe(`${pipeline}\n        - debug`);
    expect(chosen(`${pipeline} [de‸]`, 'debug')).toBe(`${pipeline} [debug]`);
    expect(chosen(`${pipeline} ["‸"]`, 'debug')).toBe(`${pipeline} ["debug"]`);
  });
});

describe('values', () => {
  test.each([
    ['an enumeration with its default first', `${GRPC}        transport: ‸`, ['tcp', 'udp', 'unix']],
    ['half a word', `${GRPC}        transport: u‸`, ['tcp', 'udp', 'unix']],
    ['true or false', `${GRPC}        include_metadata: ‸`, ['false', 'true']],
    ['in braces', 'exporters: {debug: {verbosity: ‸}}', ['basic', 'detailed']],
    [
      'each word once where capitals do not matter',
      'processors:\n  attributes:\n    actions:\n      - action: ‸',
      ['insert', 'delete'],
    ],
    ['entries of a list', 'processors:\n  attributes:\n    names: [‸]', ['on', 'one two']],
    ['a level', 'service:\n  telemetry:\n    logs:\n      level: ‸', ['debug', 'info']],
    ['a duration has its default', 'receivers:\n  hostmetrics:\n    collection_interval: ‸', ['1m0s']],
    ['a map has none', 'receivers:\n  otlp: ‸', []],
    ['what no schema knows has none', 'receivers:\n  otlp:\n    nowhere: ‸', []],
  ])('%s', (_name, text, labels) => {
    expect(labelsAt(text)).toEqual(labels);
  });

  test('are in quotes where YAML would read another thing, and keep a comment', () => {
    expect(chosen('processors:\n  attributes:\n    names: [‸]', 'on')).toContain('["on"]');
    expect(chosen('exporters:\n  debug:\n    verbosity: b‸asic # much\n', 'detailed')).toContain(
      'verbosity: detailed # much',
    );
    expect(chosen(`${GRPC}        transport: "‸"`, 'udp')).toContain('transport: "udp"');
  });
});

describe('variables', () => {
  const ALL = ['drover:label.region', 'drover:label.team', 'drover:attr.', 'drover:secret.gateway'];
  test.each([
    ['a value', 'a: ${‸', ALL],
    ['half a reference', 'a: ${drover:la‸', ALL],
    ['within quotes', 'a: "x-${drover:‸}"', ALL],
    ['within a text of several lines', 'a: |\n  key ${‸', ALL],
    ['within brackets', 'a: [${‸]', ALL],
    ['a dollar sign that is meant', 'a: $${‸', []],
    ['a comment', '# ${‸', []],
    ['a reference that is closed', 'a: ${drover:label.x}‸', []],
  ])('%s', (_name, text, labels) => {
    expect(labelsAt(text)).toEqual(labels);
  });

  test('are closed, and take the place of what was there', () => {
    expect(chosen('a: "${dro‸ver:label.x}"', 'drover:secret.gateway')).toBe('a: "${drover:secret.gateway}"');
    expect(chosen('a: ${‸', 'drover:label.team')).toBe('a: ${drover:label.team}');
    expect(chosen('a: ${‸\nb: ${drover:label.x}', 'drover:label.team')).toBe(
      'a: ${drover:label.team}\nb: ${drover:label.x}',
    );
  });
});

test.each([
  ['a comment', 'receivers: # ‸'],
  ['a comment line', 'receivers:\n  # ot‸'],
  ['a text of several lines', 'receivers:\n  otlp: |\n    ‸'],
  ['a quote that goes on', 'receivers: "a\n  ‸'],
  ['behind a value', 'exporters:\n  debug:\n    verbosity: basic   ‸'],
])('nothing is offered in %s', (_name, text) => {
  expect(labelsAt(text)).toEqual([]);
});

const SAMPLE = `receivers:
  otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: }} # both
  hostmetrics:
    collection_interval: 10s
processors:
  attributes:
    actions:
      - key: a
        action: insert
exporters:
  debug:
    verbosity: \${drover:label.verbosity:-basic}
service:
  pipelines:
    metrics:
      receivers: [otlp, hostmetrics]
      processors: [attributes]
      exporters:
        - debug
`;

/** Many texts on a machine that does other things too. */
const SLOW_MS = 60_000;

test(
  'at every place of a text that is being typed or changed, what is offered can be written there',
  () => {
    for (let cut = 0; cut <= SAMPLE.length; cut += 1) {
      for (const [text, offset] of [
        [SAMPLE.slice(0, cut), cut],
        [SAMPLE, cut],
        [SAMPLE.replace('processors: [attributes]', 'proc'), Math.min(cut, SAMPLE.length - 20)],
      ] as const) {
        const completions = completionsAt(text, offset, KNOWLEDGE);
        if (completions === undefined) continue;
        expect(completions.from).toBeLessThanOrEqual(offset);
        expect(completions.to).toBeGreaterThanOrEqual(offset);
        expect(text.slice(completions.from, completions.to)).not.toContain('\n');
      }
    }
  },
  SLOW_MS,
);

test(
  'choosing what is offered at the end of a word of a valid text leaves a valid text',
  () => {
    for (const match of SAMPLE.matchAll(/[a-z_]+/g)) {
      const offset = match.index + match[0].length;
      const completions = completionsAt(SAMPLE, offset, KNOWLEDGE);
      for (const { insert, kind } of completions?.items ?? []) {
        const { from = 0, to = 0 } = completions ?? {};
        const next = `${SAMPLE.slice(0, from)}${insert}${SAMPLE.slice(to)}`;
        if (kind !== 'variable') expect(parseCollectorConfig(next).kind, next).toBe('parsed');
      }
    }
  },
  SLOW_MS,
);

test(
  'no text makes it throw or answer outside of the text',
  () => {
    const pieces = [
      'receivers',
      'otlp',
      'service',
      'pipelines',
      'traces',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '#',
      '|',
      '>',
      '&a',
      '*a',
      '${',
      '\r\n',
      '\t',
      ',',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.nat(120), (parts, offset) => {
        const text = parts.join('');
        const completions = completionsAt(text, offset, KNOWLEDGE);
        if (completions === undefined) return;
        expect(completions.from).toBeGreaterThanOrEqual(0);
        expect(completions.from).toBeLessThanOrEqual(completions.to);
        expect(completions.to).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1000 },
    );
    expect(completionsAt('a'.repeat(2_000_000), 5, KNOWLEDGE)).toBeUndefined();
  },
  SLOW_MS,
);
