import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileFollower, followFile } from './follow-file.ts';
import { lineLevel } from './line-level.ts';

let folder: string;
let path: string;
let lines: string[];
let follower: FileFollower | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-follow-'));
  path = join(folder, 'agent.log');
  lines = [];
});
afterEach(() => {
  follower?.close();
  rmSync(folder, { recursive: true });
});

const follow = () => {
  follower = followFile(path, (line) => lines.push(line));
  return follower;
};

test('what is there already is not repeated, and half a line waits for its end', () => {
  writeFileSync(path, 'old\n');
  const followed = follow();
  appendFileSync(path, 'one\n\ntw');
  followed.look();
  expect(lines).toEqual(['one']);
  appendFileSync(path, 'o\n');
  followed.look();
  expect(lines).toEqual(['one', 'two']);
});

test('the file of the next process is read from its beginning, the last one to its end', () => {
  const followed = follow();
  writeFileSync(path, 'first process\n');
  followed.look();
  appendFileSync(path, 'its last word');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'second process\n');
  followed.look();
  expect(lines).toEqual(['first process', 'its last word', 'second process']);
});

test('a file that was emptied is read from its beginning', () => {
  const followed = follow();
  writeFileSync(path, 'a long line before\n');
  followed.look();
  truncateSync(path);
  appendFileSync(path, 'after\n');
  followed.look();
  expect(lines).toEqual(['a long line before', 'after']);
});

test('a flood is cut in the middle, a line without end is cut too, and both are said', () => {
  const followed = follow();
  writeFileSync(path, '');
  followed.look();
  appendFileSync(path, `${'x'.repeat(300 * 1_024)}\nend\n`);
  followed.look();
  expect(lines[0]).toMatch(/^\(\d+ bytes are left out here\)$/);
  expect(lines[1]).toMatch(/^x{16384} \(cut\)$/);
  expect(lines.at(-1)).toBe('end');
});

test('closing gives what is left', () => {
  const followed = follow();
  writeFileSync(path, 'last');
  followed.close();
  expect(lines).toEqual(['last']);
});

test.each([
  ['2026-11-29T10:00:00.000Z\tinfo\tservice@v0.149.0/service.go:1\tStarting...', 'info'],
  ['2026-11-29T10:00:00.000Z\terror\tgraph/graph.go:1\tfailed', 'error'],
  ['{"level":"warn","ts":"x","msg":"y"}', 'warn'],
  ['[2026/11/29 10:00:00] [ warn] [engine] retry', 'warn'],
  ['[2026/11/29 10:00:00] [error] [output] down', 'error'],
  ['panic: runtime error', 'info'],
  ['', 'info'],
])('%s', (line, level) => {
  expect(lineLevel(line)).toBe(level);
});
