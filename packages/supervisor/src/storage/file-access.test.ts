import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentStore } from './agent-store.ts';
import { placeFiles } from './config-folder.ts';
import { makePrivateFolder, replaceFile } from './durable-file.ts';
import { blockedAt, closeToOthers, letThrough } from './file-access.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (...path: string[]) => (statSync(join(folder, ...path)).mode & 0o7777).toString(8);

test('folders are 0700 and files 0600, also with a umask of 000', () => {
  const umask = process.umask(0);
  try {
    makePrivateFolder(join(folder, 'storage', 'agent'));
    replaceFile(join(folder, 'storage', 'file'), 'x');
    agentStore(join(folder, 'storage')).save({
      instanceUid: '01890000-0000-7000-8000-000000000001' as never,
      received: undefined,
      applied: undefined,
      lastGood: undefined,
      failed: [],
    });
    placeFiles([{ name: 'main.yaml', body: 'x', contentType: '' }], {
      folder: join(folder, 'candidate'),
      main: 'main.yaml',
      isExclusive: true,
      readers: undefined,
    });
  } finally {
    process.umask(umask);
  }
  expect(['storage', 'storage/agent', 'candidate'].map((name) => modeOf(name))).toEqual([
    '700',
    '700',
    '700',
  ]);
  expect(['storage/file', 'storage/state.json', 'candidate/main.yaml'].map((name) => modeOf(name))).toEqual([
    '600',
    '600',
    '600',
  ]);
});

test("a configuration is readable for its agent's group, and for nobody else", () => {
  const gid = process.getgid?.() ?? 0;
  const place = { folder: join(folder, 'storage'), main: 'main.yaml', isExclusive: true, readers: gid };
  const files = [{ name: 'main.yaml', body: 'x', contentType: '' }];
  placeFiles(files, place);
  expect([modeOf('storage'), modeOf('storage', 'main.yaml')]).toEqual(['710', '640']);
  // Also where the same file was there before, and closed.
  chmodSync(join(folder, 'storage', 'main.yaml'), 0o600);
  placeFiles(files, place);
  expect(modeOf('storage', 'main.yaml')).toBe('640');
});

test('groups of several agents get through the folder that they share, and see nothing in it', () => {
  letThrough(folder, []);
  expect(modeOf()).toBe('700');
  letThrough(folder, [process.getgid?.() ?? 0, 4_242]);
  expect(modeOf()).toBe('711');
});

test('a folder of our own is closed to others; one that is used for other things is told of', () => {
  chmodSync(folder, 0o755);
  expect(closeToOthers(folder)).toEqual({ kind: 'private' });
  expect(modeOf()).toBe('700');
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'state.json'), '');
  writeFileSync(join(folder, 'other'), '');
  expect(closeToOthers(folder)).toEqual({ kind: 'private' });
  chmodSync(folder, 0o755);
  rmSync(join(folder, 'state.json'));
  expect(closeToOthers(folder)).toEqual({ kind: 'open', mode: '755' });
  expect(modeOf()).toBe('755');
});

test('the folder that an account cannot go through is named', () => {
  const account = { uid: 4_242, gid: 4_243, name: 'x', home: '/' };
  mkdirSync(join(folder, 'inner'), { mode: 0o755 });
  expect(blockedAt(join(folder, 'inner', 'file'), account)).toBe(folder);
  chmodSync(folder, 0o711);
  expect(blockedAt(join(folder, 'inner', 'file'), account)).toBeUndefined();
  expect(blockedAt(join(folder, 'inner', 'file'), { ...account, uid: 0 })).toBeUndefined();
});
