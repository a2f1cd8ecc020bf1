import { describe, expect, test } from 'vitest';
import type { ConfigContent } from './config.ts';
import { localTrial } from './local-trial.ts';

const THERE = new Set(['/etc/passwd', '/etc/', '/var/log/', '/var/log/syslog', '/var/lib/otelcol']);
const isThere = (path: string) => THERE.has(path);

const content = (body: string, rest: Partial<ConfigContent> = {}): ConfigContent => ({
  body,
  contentType: 'text/yaml',
  format: 'collector',
  role: '',
  ...rest,
});
const trial = (body: string, rest?: Partial<ConfigContent>, isFragment = false) =>
  localTrial(content(body, rest), isFragment, isThere);
const exporter = (value: string) => `exporters:\n  debug:\n    verbosity: ${value}\n`;

describe('what the server gives to its own Collector', () => {
  test('says what the text says, written anew', () => {
    expect(trial('receivers::otlp::protocols:\n  grpc: &a {max: 0x10}\n  http: *a # both\n')).toEqual({
      kind: 'text',
      text: 'receivers:\n  otlp:\n    protocols:\n      grpc:\n        max: 16\n      http:\n        max: 16\n',
      notes: [],
    });
  });

  test.each([
    ['${env:LEVEL:-detailed}', 'detailed'],
    ['${LEVEL:-3}', '3'],
    ['"${env:LEVEL:-3}s"', '3s'],
    ['$$5 and $HOME', '$$5 and $$HOME'],
  ])('has no reference left: %s is %s', (written, given) => {
    expect(trial(exporter(written))).toEqual({ kind: 'text', text: exporter(given), notes: [] });
  });

  test('takes variables of the environment for unset, and says which', () => {
    expect(trial(exporter('a${env:B}${A}'))).toEqual({
      kind: 'text',
      text: exporter('a'),
      notes: [{ message: 'environment variables were taken for unset: A, B' }],
    });
  });

  test('holds no secret, and defaults of other variables', () => {
    expect(trial(exporter('${drover:secret.key}'))).toMatchObject({ text: exporter('a-secret-of-drover') });
    expect(trial(exporter('${drover:label.region:-eu}'))).toMatchObject({ text: exporter('eu') });
  });
});

describe('what the server does not give to its own Collector', () => {
  test.each([
    '${file:/etc/passwd}',
    '${env:X:-${file:/etc/passwd}}',
    '${http://127.0.0.1:4321/healthz}',
    '${https://example.org}',
    '"${yaml:{a: 1}}"',
    '"a ${vault:secret}"',
    '${env:X:-${X}}',
  ])('a reference that is looked up: %s', (value) => {
    const result = trial(exporter(value));
    expect(result).toMatchObject({
      kind: 'not_checked',
      remarks: [{ path: 'exporters::debug::verbosity', line: 3, column: 5 }],
    });
  });

  test.each([
    '/etc/passwd',
    '${env:X:-/etc}/passwd',
    '"${env:X:-file:/etc/passwd}"',
    'file:///etc/passwd',
    '[{a: "cat /etc/passwd"}]',
    '"/etc/p*wd"',
    '"/etc/{passwd,group}"',
    '/*/passwd',
    '../../etc/passwd',
    'a/../../etc/passwd',
    '/var/lib/otelcol',
    '!!str /etc/passwd',
    '!!binary L2V0Yy9wYXNzd2Q=',
  ])('a path of its host: %s', (value) => {
    expect(trial(exporter(value))).toMatchObject({
      kind: 'not_checked',
      remarks: [{ line: 3, message: expect.stringContaining("is there on the server's host") }],
    });
  });

  test.each(['/metrics', '/', 'http://localhost:4318/v1/traces', '/certs/agent.pem', './here', 'a/b'])(
    'but a value that leads to nothing there: %s',
    (value) => {
      expect(trial(exporter(value))).toMatchObject({ kind: 'text' });
    },
  );

  test('nor is a list of log files one that is read while it is checked', () => {
    const logs = (id: string) => `receivers:\n  ${id}:\n    include: [/var/log/syslog, /var/log/*.log]\n`;
    expect(trial(logs('filelog/system'))).toMatchObject({ kind: 'text' });
    expect(trial(logs('sqlquery'))).toMatchObject({ kind: 'not_checked' });
  });

  test('what has values only for an agent, which it names with its place', () => {
    expect(trial(exporter('${drover:label.region}'))).toMatchObject({
      kind: 'not_checked',
      remarks: [{ line: 3, message: expect.stringContaining('${drover:label.region} has no value') }],
    });
  });

  test('a layer alone, a supplementary file, and what is for another program', () => {
    expect(trial('a: 1', {}, true)).toMatchObject({ kind: 'not_checked' });
    expect(trial('a: 1', { role: 'rules' })).toMatchObject({ kind: 'not_checked' });
    expect(trial('[INPUT]', { format: 'fluentbit' })).toMatchObject({ kind: 'not_checked' });
  });
});
