import { expect, test } from 'vitest';
import { fillIn, fillInAll, uses } from './placeholders.ts';
import { lastErrorLine, versionIn } from './program-words.ts';

const VALUES = {
  executable: '/opt/relay',
  config: '/s/config/relay.json',
  config_dir: '/s/config',
  port: 4403,
  instance_uid: 'uid',
  pid: '77',
};

test('words in braces are filled in, other braces stay', () => {
  expect(fillIn('--listen=127.0.0.1:{port} {config} {unknown} {"port": 1} {PORT}', VALUES)).toBe(
    '--listen=127.0.0.1:4403 /s/config/relay.json {unknown} {"port": 1} {PORT}',
  );
  expect(fillInAll(['{executable}', '--check', '{config_dir}'], VALUES)).toEqual([
    '/opt/relay',
    '--check',
    '/s/config',
  ]);
  expect([uses(['a', '{config}'], 'config'), uses(['{config_dir}'], 'config')]).toEqual([true, false]);
});

test('a value that holds braces is not filled in again', () => {
  expect(fillIn('{config}', { ...VALUES, config: '/s/{pid}' })).toBe('/s/{pid}');
});

test.each([
  ['relay 2.7.1\n', '2.7.1'],
  ['Telegraf v1.30.0-rc1+git (git: HEAD)', '1.30.0-rc1+git'],
  ['version: 3.1', '3.1'],
  ['no number', undefined],
])('the version in %j is %s', (output, version) => {
  expect(versionIn(output)).toBe(version);
});

test('the line that speaks of an error is its own words, else the last one', () => {
  expect(lastErrorLine('starting\nError: no such file\nbye\n\n')).toBe('Error: no such file');
  expect(lastErrorLine('starting\nbye\n\n')).toBe('bye');
  expect(lastErrorLine('')).toBe('');
});
