import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { durableFile, makePrivateFolder } from './durable-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => durableFile<{ n: number }>(join(folder, 'x.json'), (json) => json as { n: number });

test('what was written is read', () => {
  expect(open().read()).toBeUndefined();
  open().write({ n: 1 });
  expect(open().read()).toEqual({ n: 1 });
});

test.each([
  ['emptied', (file: string) => truncateSync(file)],
  ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['filled with garbage', (file: string) => writeFileSync(file, '\0\xff{')],
  ['removed', (file: string) => rmSync(file)],
  [
    'changed in one byte',
    (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"n":2', '"n":3')),
  ],
])('a file that was %s gives its previous version', (_how, damage) => {
  open().write({ n: 1 });
  open().write({ n: 2 });
  damage(join(folder, 'x.json'));
  expect(open().read()).toEqual({ n: 1 });
});

test('a damaged file does not push out the last whole version', () => {
  open().write({ n: 1 });
  open().write({ n: 2 });
  truncateSync(join(folder, 'x.json'));
  open().write({ n: 3 });
  truncateSync(join(folder, 'x.json'));
  expect(open().read()).toEqual({ n: 1 });
});

test('a power loss between the two renames loses nothing', () => {
  open().write({ n: 1 });
  open().write({ n: 2 });
  rmSync(join(folder, 'x.json'));
  writeFileSync(join(folder, 'x.json.new'), 'half');
  expect(open().read()).toEqual({ n: 1 });
  open().write({ n: 3 });
  expect(open().read()).toEqual({ n: 3 });
});

test('files and folders are private, and no temporary file stays', () => {
  makePrivateFolder(join(folder, 'private'));
  open().write({ n: 1 });
  expect(statSync(join(folder, 'private')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'x.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['private', 'x.json']);
});
