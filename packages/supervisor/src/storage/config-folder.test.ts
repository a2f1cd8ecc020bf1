import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ComposedFile, isPlainFileName, mainFile, placeFiles } from './config-folder.ts';

let outer: string;
let folder: string;
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'drover-config-'));
  folder = join(outer, 'config');
});
afterEach(() => rmSync(outer, { recursive: true }));

const file = (name: string, body: string | Uint8Array = 'x'): ComposedFile => ({
  name,
  body,
  contentType: 'text/yaml',
});

const HOSTILE = [
  '',
  '.',
  '..',
  '../evil',
  'a/b',
  '/tmp/evil',
  'a\\b',
  'C:evil',
  '.hidden',
  'evil.',
  'evil ',
  'a\0b',
  'a\nb',
  'nul',
  'COM1.yaml',
  'é',
  'a'.repeat(129),
];

test.each(HOSTILE)('%j is no plain name, and nothing is written under it', (name) => {
  expect(isPlainFileName(name)).toBe(false);
  expect(() =>
    placeFiles([file('good.yaml'), file(name)], {
      folder,
      main: 'good.yaml',
      isExclusive: true,
      readers: undefined,
    }),
  ).toThrow('is no name for a file');
  expect(readdirSync(outer)).toEqual([]);
});

test.each(['a', '01-base', 'fluent-bit.yaml', 'parsers_extra.conf', 'My File.lua'])(
  '%j is a plain name',
  (name) => {
    expect(isPlainFileName(name)).toBe(true);
  },
);

test('files are private, whole, and what an earlier configuration left is gone', () => {
  const place = { folder, main: 'main.yaml', isExclusive: true, readers: undefined };
  placeFiles([file('main.yaml', 'one'), file('old.lua')], place);
  placeFiles([file('main.yaml', 'two'), file('bytes', new Uint8Array([0, 255]))], place);
  expect(readdirSync(folder).sort()).toEqual(['bytes', 'main.yaml']);
  expect(readFileSync(mainFile(place), 'utf8')).toBe('two');
  expect([...readFileSync(join(folder, 'bytes'))]).toEqual([0, 255]);
  expect(statSync(mainFile(place)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a file that is the same already is not touched', () => {
  const place = { folder, main: 'main.yaml', isExclusive: true, readers: undefined };
  placeFiles([file('main.yaml')], place);
  const { ino } = statSync(mainFile(place));
  placeFiles([file('main.yaml')], place);
  expect(statSync(mainFile(place)).ino).toBe(ino);
});

test('in a folder that others use too, their files stay', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'theirs'), 'x');
  placeFiles([file('main.yaml')], { folder, main: 'main.yaml', isExclusive: false, readers: undefined });
  expect(readdirSync(folder).sort()).toEqual(['main.yaml', 'theirs']);
});
