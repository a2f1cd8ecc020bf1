import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ComposedFile } from '../../storage/config-folder.ts';
import { fluentBitConfig } from './fluent-bit-config.ts';

const LOCKED = { httpPort: 4402, canHotReload: true };
const SERVICE = {
  http_server: 'on',
  http_listen: '127.0.0.1',
  http_port: 4402,
  health_check: 'on',
  hot_reload: 'on',
  daemon: 'off',
};

function files(texts: Readonly<Record<string, string>>): readonly ComposedFile[] {
  return Object.entries(texts).map(([name, body]) => ({ name, body, contentType: 'text/yaml' }));
}

function composed(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const config = fluentBitConfig(files(texts), LOCKED);
  if (config.kind === 'refused') throw new Error(config.message);
  return Object.fromEntries(config.files.map(({ name, body }) => [name, String(body)]));
}

function refusal(texts: Readonly<Record<string, string>>): string {
  const config = fluentBitConfig(files(texts), LOCKED);
  return config.kind === 'refused' ? config.message : '';
}

const PIPELINE = 'pipeline:\n  inputs:\n    - name: cpu # the host\n';

test('a single file is the configuration, whatever it is called, and keeps all that is not the service', () => {
  const main = composed({ edge: `# ours\nservice:\n  flush: 5\n${PIPELINE}` })['fluent-bit.yaml'] ?? '';
  expect(parse(main)).toEqual({
    service: { flush: 5, ...SERVICE },
    pipeline: { inputs: [{ name: 'cpu' }] },
  });
  expect(main).toContain('# the host');
});

test.each([
  [
    'other spellings',
    'service: {httpServer: off, HTTP_PORT: 1, httpListen: 0.0.0.0, hotReload: off, Daemon: on}\n',
  ],
  ['two service sections', 'service: {http_port: 1}\nservice: {daemon: on}\n'],
  ['capitals', 'SERVICE: {http_port: 1, daemon: on}\n'],
  ['an empty service', 'service:\n'],
  ['no service', ''],
])('%s cannot change what belongs to the supervisor', (_what, text) => {
  const main = composed({ main: text })['fluent-bit.yaml'] ?? '';
  expect(parse(main)).toEqual({ service: SERVICE });
  expect(main.match(/service:/gi)).toHaveLength(1);
});

test('of several files the one with the name of the main file is it, and the others lie beside it', () => {
  const result = composed({
    'fluent-bit.yml': `service: {flush: 1, parsers_file: parsers.conf}\nincludes: [more.yaml]\n${PIPELINE}`,
    'more.yaml': 'service: {flush: 9, grace: 2, http_port: 1}\nparsers: []\n',
    'script.lua': 'function f() end\n',
    data: '',
  });
  expect(Object.keys(result)).toEqual(['fluent-bit.yaml', 'more.yaml', 'script.lua', 'data']);
  expect(parse(result['fluent-bit.yaml'] ?? '').service).toEqual({
    flush: 1,
    parsers_file: 'parsers.conf',
    grace: 2,
    ...SERVICE,
  });
  expect(parse(result['more.yaml'] ?? '')).toEqual({ parsers: [] });
  expect(result['script.lua']).toBe('function f() end\n');
});

test('a stack of configurations is included in the order of their names, later ones win in the service', () => {
  const result = composed({
    '02-region': 'service: {flush: 2}\npipeline: {outputs: [{name: stdout}]}\n',
    '01-base': `service: {flush: 1, grace: 3}\n${PIPELINE}`,
  });
  expect(Object.keys(result)).toEqual(['fluent-bit.yaml', '01-base.yaml', '02-region.yaml']);
  expect(parse(result['fluent-bit.yaml'] ?? '')).toEqual({
    service: { flush: 2, grace: 3, ...SERVICE },
    includes: ['01-base.yaml', '02-region.yaml'],
  });
});

const CLASSIC = '[INPUT]\n    Name cpu\n\n[OUTPUT]\n    Name stdout\n    Match *\n';

test('the classic format keeps its sections, and has one service section', () => {
  const result = composed({ main: `@SET A=1\n[SERVICE]\n    Flush 5\n    HTTP_Port 1\n${CLASSIC}` });
  expect(result['fluent-bit.conf']).toBe(
    `[SERVICE]\n    Flush 5\n    http_server on\n    http_listen 127.0.0.1\n    http_port 4402\n    health_check on\n    hot_reload on\n    daemon off\n\n@SET A=1\n${CLASSIC}`,
  );
});

test('a section that Fluent Bit would take for the service by the beginning of its name is none of its own', () => {
  const { 'fluent-bit.conf': text = '' } = composed({
    main: `${CLASSIC}[S]\n  http_port 1\n[serv]\n  daemon on\n@SET B=2\n  http_listen 0.0.0.0\n[]\n  http_server off\n`,
  });
  expect(text.match(/^\[(?!INPUT|OUTPUT).*\]/gm)).toEqual(['[SERVICE]']);
  expect(text).toContain('http_port 4402');
  expect(text).toContain('@SET B=2');
  for (const word of ['http_port 1\n', 'daemon on', '0.0.0.0', 'http_server off'])
    expect(text).not.toContain(word);
});

test('several classic files are included, and none says what the service is', () => {
  const result = composed({
    'b.conf': '[SERVICE]\n  Flush 2\n  Parsers_File b.conf\n',
    'a.conf': `[SERVICE]\n  Flush 1\n  Parsers_File a.conf\n${CLASSIC}`,
  });
  expect(Object.keys(result)).toEqual(['fluent-bit.conf', 'a.conf', 'b.conf']);
  expect(result['fluent-bit.conf']).toContain(
    '[SERVICE]\n    Parsers_File a.conf\n    Flush 2\n    Parsers_File b.conf\n    http_server on\n',
  );
  expect(result['fluent-bit.conf']).toContain('@INCLUDE a.conf\n@INCLUDE b.conf\n');
  expect(result['a.conf']).toBe(CLASSIC);
});

test('an older program is not given a setting that it does not know', () => {
  const config = fluentBitConfig(files({ main: PIPELINE }), { ...LOCKED, canHotReload: false });
  expect(config.kind === 'config' && String(config.files[0]?.body)).not.toContain('hot_reload');
});

test.each([
  ['broken YAML', { main: 'pipeline: [\n' }, 'is no valid YAML'],
  ['a list', { main: '- a\n' }, 'has to be a map'],
  ['a service that is a text', { main: 'service: on\n' }, 'service has to be a map'],
  ['a section with a computed name', { main: '? [a]\n: 1\n' }, 'no plain text'],
  ['two main files', { '': PIPELINE, 'fluent-bit.yaml': PIPELINE }, 'both "" and "fluent-bit.yaml"'],
  ['two formats', { 'a.yaml': PIPELINE, 'b.conf': CLASSIC }, 'different formats'],
  ['nothing to run', { 'a.lua': 'x', 'b.txt': 'y' }, 'none of its files'],
  ['a name that is needed twice', { a: PIPELINE, 'a.yaml': PIPELINE }, 'is needed twice'],
  ['no files', {}, 'none of its files'],
])('%s is refused by name', (_what, texts, message) => {
  expect(refusal(texts)).toContain(message);
});

test('text that is nested without end is refused, not died of', () => {
  expect(refusal({ main: `a: ${'['.repeat(50_000)}` })).not.toBe('');
});
