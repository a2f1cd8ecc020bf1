import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkCollectorConfig,
  mergeConfigs,
  parseCollectorConfig,
  stringifyConfig,
} from '@drover/collector-config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finished, ROOT, run } from '../../scripts/lib/run.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';

const PARTS = 'receivers: {nop: , otlp: {protocols: {grpc: }}}\nexporters: {nop: , debug: }\n';
const pipelines = (text: string): string => `${PARTS}service: {pipelines: {${text}}}\n`;

/** Both judges refuse these. */
const REFUSED: Readonly<Record<string, string>> = {
  'a reference to nothing': pipelines('metrics: {receivers: [nop], exporters: [debugg]}'),
  'a processor that is not there': pipelines(
    'logs: {receivers: [nop], processors: [batch], exporters: [nop]}',
  ),
  'no receivers': pipelines('logs: {exporters: [nop]}'),
  'an empty pipeline': pipelines('logs: '),
  'no pipelines': PARTS,
  'an unknown signal': pipelines('metric: {receivers: [nop], exporters: [nop]}'),
  'an unknown section': `${pipelines('logs: {receivers: [nop], exporters: [nop]}')}processor: {}\n`,
  'an unknown key of a pipeline': pipelines('logs: {receivers: [nop], exporters: [nop], processor: []}'),
  'a word for a list': pipelines('logs: {receivers: nop, exporters: [nop]}'),
  'settings that are a number': `receivers: {nop: 3}\nexporters: {nop: }\nservice: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}`,
  'a bad id': `receivers: {"nop/": }\nexporters: {nop: }\nservice: {pipelines: {logs: {receivers: ["nop/"], exporters: [nop]}}}`,
  'an extension that is not configured': `${PARTS}service: {extensions: [zpages], pipelines: {logs: {receivers: [nop], exporters: [nop]}}}`,
  'a connector with one end': `${PARTS}connectors: {forward: }\nservice: {pipelines: {logs: {receivers: [nop], exporters: [forward]}}}`,
  'a circle': `${PARTS}connectors: {forward: }\nservice: {pipelines: {logs: {receivers: [nop, forward], exporters: [forward]}}}`,
  'one id for exporter and connector': `${PARTS}connectors: {nop: }\nservice: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}`,
  'a key that is there twice': `receivers: {nop: }\n${pipelines('logs: {receivers: [nop], exporters: [nop]}')}`,
  'the same processor twice': `${PARTS}processors: {batch: }\nservice: {pipelines: {logs: {receivers: [nop], processors: [batch, batch], exporters: [nop]}}}`,
  'profiles without their gate': pipelines('profiles: {receivers: [nop], exporters: [nop]}').replace(
    'otlp',
    'otlp',
  ),
  'an empty text': '',
};
/** Which of these the check only warns of. */
const WARNED = ['profiles without their gate'];

/** Both judges take these. */
const TAKEN: Readonly<Record<string, string>> = {
  'the walkthrough': readFileSync(join(ROOT, 'tests/e2e/seed/effective.yaml'), 'utf8'),
  'unused components': pipelines('logs: {receivers: [nop], exporters: [nop]}'),
  'the same exporter twice': pipelines('logs: {receivers: [nop, nop], exporters: [nop, nop]}'),
  'a connector between two pipelines': `${PARTS}connectors: {forward: }\nservice: {pipelines: {logs: {receivers: [nop], exporters: [forward]}, logs/2: {receivers: [forward], exporters: [nop]}}}`,
  'a merge key': `${PARTS}service: {pipelines: {logs: {<<: &p {receivers: [nop]}, exporters: [nop]}, traces: {<<: *p, exporters: [debug]}}}`,
};

describeWithCollector('the checks beside the Collector itself', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-collector-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function collector(command: string, ...texts: readonly string[]): Promise<Finished> {
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, text);
      return `--config=${file}`;
    });
    return run(COLLECTOR, [...command.split(' '), ...files], { timeoutMs: 20_000 });
  }

  test.each(Object.entries(REFUSED))('both refuse %s', async (name, text) => {
    const severities = checkCollectorConfig(text).map((finding) => finding.severity);
    expect(severities).toContain(WARNED.includes(name) ? 'warning' : 'error');
    expect((await collector('validate', text)).code).not.toBe(0);
  });

  test.each(Object.entries(TAKEN))('both take %s', async (_name, text) => {
    expect(checkCollectorConfig(text).filter((finding) => finding.severity === 'error')).toEqual([]);
    expect(await collector('validate', text)).toMatchObject({ code: 0, stderr: '' });
  });

  describe('merging', () => {
    const layers = [
      `${PARTS}extensions: {zpages: {endpoint: localhost:0}}\nservice: {extensions: [zpages], pipelines: {logs: {receivers: [nop, otlp], exporters: [nop]}}}\n`,
      'receivers: {otlp: {protocols: {http: {endpoint: "localhost:0755"}}}}\nservice: {pipelines: {logs: {receivers: [otlp]}, traces: {receivers: [nop], exporters: [debug]}}}\n',
      'exporters: {debug: {verbosity: detailed, sampling_initial: 0b11, sampling_thereafter: 1_0}}\nservice: {telemetry: {resource: {a: "0755", b: "yes"}}}\n',
    ];

    test('gives what the Collector makes of several files', async () => {
      const data = layers.map((layer) => {
        const parsed = parseCollectorConfig(layer);
        if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
        return parsed.data;
      });
      const print = 'print-config --format=json --mode=unredacted';
      const theirs = await collector(print, ...layers);
      const ours = await collector(print, stringifyConfig(mergeConfigs(data)));
      expect(theirs).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(ours.stdout)).toEqual(JSON.parse(theirs.stdout));
    });
  });
});
