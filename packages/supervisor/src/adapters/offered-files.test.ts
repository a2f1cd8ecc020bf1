import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RemoteConfig } from '../storage/agent-state.ts';
import { localFiles, offeredFiles } from './offered-files.ts';

function remote(...names: readonly string[]): RemoteConfig {
  const body = new TextEncoder().encode('x');
  return { hash: 'aa', files: new Map(names.map((name) => [name, { body, contentType: '' }])) };
}

test('plain names are taken, and the empty one is left to whoever reads them', () => {
  expect(offeredFiles(remote('', 'a.yaml', '01-base'), [])).toMatchObject({
    kind: 'files',
    files: [
      { name: '', contentType: 'text/plain' },
      { name: 'a.yaml', contentType: 'text/yaml' },
      { name: '01-base' },
    ],
  });
});

test.each(['../evil', '/etc/passwd', 'a/b', '..', '.profile', 'a\\b', 'nul', 'a\0b'])(
  '%j is refused by name',
  (name) => {
    expect(offeredFiles(remote('good', name), [])).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(JSON.stringify(name)),
    });
  },
);

test('a name that a local file has, or another one in other capitals, is refused', () => {
  const local = [{ name: 'parsers.conf', body: '', contentType: 'text/plain' }];
  expect(offeredFiles(remote('Parsers.conf'), local)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('a local file has that name'),
  });
  expect(offeredFiles(remote('a', 'A'), [])).toMatchObject({ kind: 'refused' });
});

test('the number of files has a limit', () => {
  const names = Array.from({ length: 201 }, (_, index) => `file-${index}`);
  expect(offeredFiles(remote(...names), [])).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('201 files'),
  });
});

test('local files stand beside the configuration by their names; a missing one is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drover-local-files-'));
  try {
    writeFileSync(join(folder, 'script.lua'), 'code');
    expect(localFiles([join(folder, 'script.lua')])).toMatchObject({
      kind: 'files',
      files: [{ name: 'script.lua' }],
    });
    for (const paths of [['none.lua'], ['script.lua', 'script.lua']]) {
      const result = localFiles(paths.map((name) => join(folder, name)));
      expect(result).toMatchObject({ kind: 'refused', message: expect.stringContaining(paths[0] ?? '') });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
