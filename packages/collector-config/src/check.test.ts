import { describe, expect, test } from 'vitest';
import { checkCollectorConfig } from './check.ts';
import { MAX_FINDINGS } from './finding.ts';
import { MAX_CONFIG_BYTES } from './parse.ts';

const SEED = `receivers:
  prometheus/own_metrics:
    config:
      scrape_configs:
        - job_name: otel-collector
          scrape_interval: 10s
          static_configs:
            - targets: [0.0.0.0:8888]
  hostmetrics:
    collection_interval: 10s
    scrapers:
      load:
      memory:

exporters:
  debug:
    verbosity: detailed

service:
  pipelines:
    metrics:
      receivers: [hostmetrics, prometheus/own_metrics]
      exporters: [debug]
`;

/** A configuration that is well but for its pipelines. */
function withPipelines(pipelines: string, more = ''): string {
  return `receivers: {otlp: , nop: }\nexporters: {debug: , nop: }\n${more}service:\n  pipelines:\n${pipelines}`;
}

/** `severity line:column message` of each finding. */
function brief(text: string, options?: Parameters<typeof checkCollectorConfig>[1]): readonly string[] {
  return checkCollectorConfig(text, options).map(
    (finding) => `${finding.severity} ${finding.line}:${finding.column} ${finding.message}`,
  );
}

const errors = (text: string): readonly string[] => brief(text).filter((line) => line.startsWith('error'));

describe('a configuration as a whole', () => {
  test('the walkthrough configuration has no findings', () => {
    expect(brief(SEED)).toEqual([]);
  });

  test('text that does not parse gives the place', () => {
    const [finding] = checkCollectorConfig('receivers:\n  otlp: [\n');
    expect(finding).toMatchObject({ severity: 'error', source: 'yaml', line: 3, column: 1 });
  });

  test('a key that is there twice is an error at the second', () => {
    expect(brief('receivers:\n  otlp:\nreceivers:\n')).toEqual(['error 3:1 key "receivers" appears twice']);
  });

  test('text that is no map is refused', () => {
    expect(brief('- a\n')[0]).toMatch(/^error 1:1 a configuration is a map/);
  });

  test('an empty text lacks everything', () => {
    expect(brief('')).toHaveLength(3);
    expect(brief('', { isFragment: true })).toEqual([]);
  });

  test('an unknown section is named with what is near', () => {
    expect(errors(`${SEED}processor:\n`)[0]).toMatch(
      /^error 24:1 unknown section "processor".*did you mean "processors"\?$/,
    );
  });

  test('several documents are refused, since a Collector would read the first alone', () => {
    expect(brief(`${SEED}---\n${SEED}`)[0]).toMatch(/several documents/);
  });
});

describe('pipelines', () => {
  test('a reference to nothing has the words of the Collector', () => {
    expect(
      errors(withPipelines('    metrics:\n      receivers: [otlp]\n      exporters: [debugg]\n')),
    ).toEqual([
      'error 7:19 service::pipelines::metrics: references exporter "debugg" which is not configured; did you mean "debug"?',
    ]);
  });

  test('a component that stands in another section is pointed at', () => {
    expect(errors(withPipelines('    logs: {receivers: [debug], exporters: [nop]}\n'))[0]).toMatch(
      /there is an exporter of that id$/,
    );
  });

  test('a pipeline without receivers or exporters is an error', () => {
    expect(errors(withPipelines('    logs:\n'))).toEqual([
      'error 5:5 service::pipelines::logs: must have at least one receiver',
      'error 5:5 service::pipelines::logs: must have at least one exporter',
    ]);
  });

  test('an unknown signal, an unknown key and a word for a list are errors', () => {
    const found = errors(withPipelines('    metric: {receivers: otlp, exporters: [nop], processor: []}\n'));
    expect(found.join('\n')).toMatch(/unknown signal "metric".*did you mean "metrics"\?/);
    expect(found.join('\n')).toMatch(/unknown key "processor"; did you mean "processors"\?/);
    expect(found.join('\n')).toMatch(/receivers has to be a list of ids, not text/);
  });

  test('the same processor twice is an error, the same exporter twice a warning', () => {
    const pipeline = '    logs: {receivers: [otlp], processors: [batch, batch], exporters: [nop, nop]}\n';
    const found = brief(withPipelines(pipeline, 'processors: {batch: }\n')).filter((line) =>
      line.includes('multiple'),
    );
    expect(found.map((line) => line.split(' ')[0])).toEqual(['error', 'warning']);
  });

  test('a component that nothing uses is a warning', () => {
    expect(brief(withPipelines('    logs: {receivers: [otlp], exporters: [nop]}\n'))).toEqual([
      'warning 1:21 receiver "nop" is configured but not used by any pipeline',
      'warning 2:13 exporter "debug" is configured but not used by any pipeline',
    ]);
  });

  test('what is filled in at start is not judged', () => {
    const text = `receivers: \${file:receivers.yaml}\nexporters: {nop: }\nservice:\n  pipelines:\n    logs: {receivers: [otlp], exporters: ["\${env:OUT}", nop]}\n`;
    expect(brief(text)).toEqual([]);
  });
});

describe('connectors and extensions', () => {
  test('a connector joins two pipelines', () => {
    const joined =
      '    logs: {receivers: [otlp], exporters: [forward]}\n    logs/2: {receivers: [forward], exporters: [nop]}\n';
    expect(errors(withPipelines(joined, 'connectors: {forward: }\n'))).toEqual([]);
  });

  test('a connector with one end is an error', () => {
    const half = '    logs: {receivers: [otlp], exporters: [forward]}\n';
    expect(errors(withPipelines(half, 'connectors: {forward: }\n'))[0]).toMatch(
      /connector "forward" used as exporter in pipeline logs but not as receiver/,
    );
  });

  test('a circle of pipelines is an error', () => {
    const circle =
      '    logs: {receivers: [otlp, b], exporters: [a]}\n    logs/2: {receivers: [a], exporters: [b]}\n';
    expect(errors(withPipelines(circle, 'connectors: {a: , b: }\n'))[0]).toMatch(
      /cycle detected: pipelines logs → logs\/2 → logs$/,
    );
  });

  test('an extension has to be configured, and listed to be started', () => {
    const text = `extensions: {zpages: }\n${SEED.replace('service:', 'service:\n  extensions: [zpage]')}`;
    expect(brief(text)).toEqual([
      'warning 1:14 extension "zpages" is configured but not listed in service::extensions',
      'error 21:16 service::extensions: references extension "zpage" which is not configured; did you mean "zpages"?',
    ]);
  });
});

describe('ids', () => {
  test.each([
    ['"otlp/"', 'the part after / should not be empty'],
    ['"/x"', 'the part before / should not be empty'],
    ['"9otlp"', 'invalid character(s) in type "9otlp"'],
    ['"otlp/a b"', 'invalid character(s) in name "a b"'],
  ])('%s is refused', (id, message) => {
    expect(errors(`receivers: {${id}: }`).join('\n')).toContain(message);
  });
});

describe('the target', () => {
  test('a component that it lacks is an error at the id', () => {
    const components = { receivers: ['hostmetrics', 'prometheus'], exporters: ['otlp', 'debugger'] };
    expect(checkCollectorConfig(SEED, { components })).toMatchObject([
      {
        severity: 'error',
        source: 'components',
        path: 'exporters::debug',
        line: 16,
        column: 3,
        endColumn: 8,
      },
    ]);
  });

  test('a section that it does not report is not judged', () => {
    expect(checkCollectorConfig(SEED, { components: {} })).toEqual([]);
  });
});

describe('hostile text', () => {
  test('too large, too deep and multiplying aliases are refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [index, name] of [...'bcdefghij'].entries()) {
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]`);
    }
    expect(brief(bomb.join('\n'))[0]).toMatch(/more than 500000 values/);
    expect(brief('x'.repeat(MAX_CONFIG_BYTES + 1))[0]).toMatch(/larger than 1048576 bytes/);
    expect(brief('['.repeat(500_000))[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief('- '.repeat(300_000))[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief(`[${'a: '.repeat(100_000)}]`)[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief(`{${'a: '.repeat(100_000)}`)[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief(`]\n${'- '.repeat(300_000)}`)[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief('a: &a [*a]')[0]).toMatch(/nested more than 100 levels deep/);
    expect(brief('a: *b')[0]).toMatch(/alias|anchor/i);
  });

  test('many keys in brackets on one line are wide and not deep', () => {
    const receivers = Array.from({ length: 500 }, (_, index) => [
      `otlp/${index}`,
      { protocols: { grpc: {} } },
    ]);
    const pipelines = { logs: { receivers: receivers.map(([name]) => name), exporters: ['debug'] } };
    expect(
      brief(
        JSON.stringify({
          receivers: Object.fromEntries(receivers),
          exporters: { debug: {} },
          service: { pipelines },
        }),
      ),
    ).toEqual([]);
  });

  test('findings have a limit', () => {
    const sections = Array.from({ length: 3000 }, (_, index) => `section${index}:`).join('\n');
    expect(checkCollectorConfig(sections)).toHaveLength(MAX_FINDINGS);
  });

  test('names of the object prototype are keys as any other', () => {
    const text =
      'receivers: {constructor: , __proto__: }\nexporters: {toString: }\nservice: {pipelines: {logs: {receivers: [valueOf], exporters: [hasOwnProperty]}}}';
    const found = errors(text).join('\n');
    expect(found).toContain('references receiver "valueOf" which is not configured');
    expect(found).toContain('references exporter "hasOwnProperty" which is not configured');
  });
});
