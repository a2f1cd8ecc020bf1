import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFields, parseCollectorConfig, readComponentSchemas } from '@drover/collector-config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANIFEST } from '../../scripts/collector/cache.ts';
import { readManifest } from '../../scripts/collector/manifest.ts';
import { type Finished, ROOT, run } from '../../scripts/lib/run.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';

const { distribution, version } = readManifest(readFileSync(MANIFEST, 'utf8'));
const read = readComponentSchemas(
  JSON.parse(readFileSync(join(ROOT, `packages/server/schemas/${distribution}-${version}.json`), 'utf8')),
);
if (read.kind !== 'schemas') throw new Error(read.problem);
const { schemas } = read;

const withExporter = (settings: string): string => `receivers: {nop: }
exporters:
  nop:
  debug:
    ${settings}
service: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}
`;
const withReceiver = (settings: string): string => `receivers:
  nop:
  ${settings}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}
`;

/** Both judges refuse these. */
const REFUSED: Readonly<Record<string, string>> = {
  'an unknown field': withExporter('verbositi: basic'),
  'a word that is none of an enum': withExporter('verbosity: loud'),
  'text for a whole number': withExporter('sampling_initial: "5"'),
  'text for a truth value': withExporter('use_internal_logger: "true"'),
  'a number for a truth value': withExporter('use_internal_logger: 1'),
  'a number in a list of text': withExporter('output_paths: [1]'),
  'a field of an optional part': withExporter('sending_queue: {batch: {max_sise: 1}}'),
  'a number for text': withReceiver('otlp: {protocols: {grpc: {endpoint: 4317}}}'),
  'a list for a map': withReceiver('otlp: {protocols: {grpc: []}}'),
  'text for a map': withReceiver('otlp: {protocols: {http: yes}}'),
  'an unknown field deep inside': withReceiver('otlp: {protocols: {http: {tls: {cert_fil: x}}}}'),
  'an unknown field behind separators': withReceiver('otlp: {protocols::http::tls::cert_fil: x}'),
  'an unknown transport': withReceiver('otlp: {protocols: {grpc: {transport: carrier}}}'),
  'a duration without a unit': withReceiver('hostmetrics: {collection_interval: "10", scrapers: {load: }}'),
  'a duration in days': withReceiver('hostmetrics: {collection_interval: 1d, scrapers: {load: }}'),
  'an empty duration': withReceiver('hostmetrics: {collection_interval: "", scrapers: {load: }}'),
  'an unknown scraper': withReceiver('hostmetrics: {scrapers: {lode: }}'),
  'an unknown field of a scraper': withReceiver('hostmetrics: {scrapers: {load: {cpu_avrage: true}}}'),
  'an unknown field of the own telemetry': withExporter('').replace(
    'service: {',
    'service: {telemetry: {logs: {levl: info}}, ',
  ),
};

/** Both judges take these. */
const TAKEN: Readonly<Record<string, string>> = {
  'the walkthrough': readFileSync(join(ROOT, 'tests/e2e/seed/effective.yaml'), 'utf8'),
  'a word in other letters': withExporter('verbosity: Detailed'),
  'a number for an enum that has numbers': withExporter('verbosity: 1'),
  'a fraction for a whole number': withExporter('sampling_initial: 5.5'),
  'nothing for anything': withReceiver(
    'otlp: {protocols: {grpc: {tls: , endpoint: , max_recv_msg_size_mib: }}}',
  ),
  'nanoseconds for a duration': withReceiver(
    'hostmetrics: {collection_interval: 10000000000, scrapers: {load: }}',
  ),
  'several units in a duration': withReceiver(
    'hostmetrics: {collection_interval: 1m1.5s, scrapers: {load: }}',
  ),
  'text for a list': withReceiver('otlp: {protocols: {http: {cors: {allowed_origins: "a,b"}}}}'),
  'pairs for a map of headers': withReceiver(
    'otlp: {protocols: {http: {response_headers: [{name: a, value: b}]}}}',
  ),
  'a map for headers': withReceiver('otlp: {protocols: {http: {response_headers: {a: b}}}}'),
  'a map behind separators': withReceiver('otlp: {protocols::http::include_metadata: true}'),
  'a variable for anything': withReceiver(
    'otlp: {protocols: {grpc: {endpoint: "localhost:${env:PORT:-0}"}}}',
  ),
};

/** Every component, with what it cannot do without. */
const EVERYTHING = `receivers:
  nop:
  otlp: {protocols: {grpc: , http: }}
  file_log: {include: [/tmp/x]}
  hostmetrics: {scrapers: {cpu: , disk: , filesystem: , load: , memory: , network: , paging: , processes: , process: }}
  prometheus: {config: {scrape_configs: [{job_name: a, static_configs: [{targets: ["localhost:1"]}]}]}}
processors:
  attributes: {actions: [{key: a, action: insert, value: 1}]}
  batch:
  filter: {error_mode: ignore, trace_conditions: ['span.name == "a"']}
  memory_limiter: {check_interval: 1s, limit_mib: 100}
  resource: {attributes: [{key: a, action: upsert, value: b}]}
exporters:
  debug:
  nop:
  otlp_grpc: {endpoint: "localhost:1", headers: {a: b}, tls: {insecure: true}}
  otlp_http: {endpoint: "http://localhost:1"}
connectors: {forward: }
extensions:
  health_check:
  zpages:
  opamp: {server: {ws: {endpoint: "ws://localhost:1"}}}
service:
  extensions: [health_check, zpages]
  telemetry: {metrics: {level: detailed}, logs: {level: info}}
  pipelines:
    metrics: {receivers: [otlp], processors: [batch], exporters: [otlp_grpc, otlp_http, debug]}
`;

function errorsIn(text: string): readonly string[] {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return checkFields(parsed, [{ schemas, isCertain: true }])
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);
}

describeWithCollector('the component schemas beside the Collector that they are of', () => {
  let folder: string;
  let isSameBuild = false;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drover-collector-schemas-'));
    const { stdout } = await run(COLLECTOR, ['--version'], { timeoutMs: 20_000 });
    isSameBuild = stdout.trim() === `${distribution} version ${version}`;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function collector(command: string, text: string): Promise<Finished> {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, text);
    return run(COLLECTOR, [...command.split(' '), `--config=${file}`], { timeoutMs: 20_000 });
  }

  test.each(Object.entries(REFUSED))('both refuse %s', async (_name, text) => {
    expect(errorsIn(text)).toHaveLength(1);
    if (isSameBuild) expect((await collector('validate', text)).code).not.toBe(0);
  });

  test.each(Object.entries(TAKEN))('both take %s', async (_name, text) => {
    expect(errorsIn(text)).toEqual([]);
    if (isSameBuild) expect(await collector('validate', text)).toMatchObject({ code: 0, stderr: '' });
  });

  describe('every default of every component', () => {
    test('is a value that its schema takes', async ({ skip }) => {
      skip(!isSameBuild, `the Collector here is not ${distribution} ${version}`);
      expect(errorsIn(EVERYTHING)).toEqual([]);
      const printed = await collector('print-config', EVERYTHING);
      expect(printed.stderr).toBe('');
      expect(printed.stdout).toContain('initial_interval: 5s');
      // Words that are not set are printed as what nobody would write.
      const said = printed.stdout.replace(/^ +(?:sizer: \{\}|context: ""|error_mode: "")\n/gm, '');
      expect(errorsIn(said)).toEqual([]);
    });
  });
});
