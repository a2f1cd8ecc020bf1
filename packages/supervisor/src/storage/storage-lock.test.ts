import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf } from '../process/process-identity.ts';
import { lockStorage } from './storage-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('only one holds the lock, until it lets go', async () => {
  const first = await lockStorage(folder);
  expect(await lockStorage(folder)).toMatchObject({ kind: 'held', pid: process.pid });
  if (first.kind === 'locked') first.release();
  expect(readdirSync(folder)).toEqual([]);
  const next = await lockStorage(folder);
  expect(next).toMatchObject({ kind: 'locked', problem: undefined });
  if (next.kind === 'locked') next.release();
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 999_999_999, startMark: 'x', id: 'a' })],
  [
    'of an earlier process with the same pid',
    JSON.stringify({ pid: process.pid, startMark: 'other', id: 'a' }),
  ],
  ['that is empty', ''],
  ['that is garbage', '{"pid":'],
])('a lock %s is taken over', async (_what, content) => {
  writeFileSync(join(folder, 'supervisor.lock'), content);
  const lock = await lockStorage(folder);
  expect(lock.kind).toBe('locked');
  expect(readdirSync(folder)).toEqual(['supervisor.lock']);
  if (lock.kind === 'locked') lock.release();
});

test('who lost the lock does not remove that of another', async () => {
  const first = await lockStorage(folder);
  writeFileSync(join(folder, 'supervisor.lock'), JSON.stringify({ ...identityOf(process.pid), id: 'other' }));
  if (first.kind === 'locked') first.release();
  expect((await lockStorage(folder)).kind).toBe('held');
});

test.runIf(process.platform === 'linux')(
  'a lock file that is gone does not let a second one in while the first one lives',
  async () => {
    const first = await lockStorage(folder);
    rmSync(join(folder, 'supervisor.lock'));
    expect(await lockStorage(folder)).toMatchObject({ kind: 'held', pid: process.pid });
    if (first.kind === 'locked') first.release();
  },
);
