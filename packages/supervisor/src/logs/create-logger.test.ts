import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from './create-logger.ts';
import { logFile } from './log-output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const settings = (...outputPaths: string[]) =>
  ({ level: 'info', encoding: 'json', outputPaths, fields: { site: 'a1' } }) as const;

const plain = (text: string) => text;

test('every output gets every record from the level on, with the fields of the settings, private to the user', () => {
  const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
  const logger = createLogger(settings(one, two), plain);
  logger.debug({}, 'not said');
  logger.error({ agent: 'edge' }, 'said');
  expect(JSON.parse(readFileSync(one, 'utf8'))).toMatchObject({
    level: 'error',
    site: 'a1',
    agent: 'edge',
    msg: 'said',
  });
  expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
  expect(statSync(one).mode & 0o777).toBe(0o600);
});

test('every text of a record goes through the mask, nested ones and the message too', () => {
  const path = join(folder, 'x.log');
  const logger = createLogger(settings(path), (text) => text.replaceAll('marker', 'masked'));
  logger.error({ reason: 'a marker', list: ['marker'], deep: { err: 'marker' }, pid: 7 }, 'the marker');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    reason: 'a masked',
    list: ['masked'],
    deep: { err: 'masked' },
    pid: 7,
    msg: 'the masked',
  });
});

test('a file that cannot be opened is named by its setting', () => {
  expect(() => createLogger(settings('stderr', join(folder, 'none/x.log')), plain)).toThrow(
    `telemetry.logs.output_paths.1: cannot write to ${join(folder, 'none/x.log')}: ENOENT`,
  );
});

test.runIf(existsSync('/dev/full'))('a full disk loses records and nothing else', () => {
  const file = join(folder, 'x.log');
  const logger = createLogger(settings('/dev/full', file), plain);
  for (const message of ['one', 'two']) logger.info({}, message);
  expect(readFileSync(file, 'utf8').match(/"msg":"(?:one|two)"/g)).toHaveLength(2);
});

test('a file has a limit, and older ones are kept up to a number', () => {
  const path = join(folder, 'x.log');
  const output = logFile(path, 20);
  for (let line = 0; line < 9; line++) output.write(`line number ${line}\n`);
  expect(readdirSync(folder).sort()).toEqual([
    'x.log',
    'x.log.1',
    'x.log.2',
    'x.log.3',
    'x.log.4',
    'x.log.5',
  ]);
  expect(readFileSync(path, 'utf8')).toBe('line number 8\n');
  expect(readFileSync(`${path}.5`, 'utf8')).toBe('line number 3\n');
});

test('a file that somebody else moves away is opened anew', () => {
  const path = join(folder, 'x.log');
  let nowMs = 0;
  const output = logFile(path, 1_000, () => nowMs);
  output.write('before\n');
  renameSync(path, `${path}.moved`);
  nowMs = 60_000;
  output.write('after\n');
  expect(readFileSync(path, 'utf8')).toBe('after\n');
});
