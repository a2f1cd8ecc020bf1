import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configNameOf, readConfigFiles } from './config-files.ts';

const input = { readInput: async () => 'receivers: {}\n' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-cli-'));
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('readConfigFiles', () => {
  it('takes the configuration files of a folder in the order of their names', async () => {
    write('b.yaml', 'b');
    write('a.json', '{}');
    write('.hidden.yaml', 'x');
    write('notes.md', 'x');
    mkdirSync(join(folder, 'deeper.yaml.d'));
    const files = await readConfigFiles([folder], input);
    expect(files.map((file) => [file.body, file.contentType])).toEqual([
      ['{}', 'application/json'],
      ['b', 'text/yaml'],
    ]);
  });

  it('reads standard input', async () => {
    expect(await readConfigFiles(['-'], input)).toMatchObject([{ body: 'receivers: {}\n' }]);
  });

  it('keeps a body byte for byte, a byte order mark included', async () => {
    const path = write('a.yaml', '\ufeffa: 1\r\n');
    expect((await readConfigFiles([path], input))[0]?.body).toBe('\ufeffa: 1\r\n');
  });

  it('refuses what is missing, too large, not UTF-8, or an empty folder', async () => {
    const refused = (path: string) => readConfigFiles([path], input);
    await expect(refused(join(folder, 'none.yaml'))).rejects.toThrow('Cannot read');
    await expect(refused(write('large.yaml', Buffer.alloc(1024 * 1024 + 1, 'a')))).rejects.toThrow(
      '1048577 bytes',
    );
    await expect(refused(write('latin.yaml', Buffer.from([0x61, 0xe4, 0x0a])))).rejects.toThrow('not UTF-8');
    mkdirSync(join(folder, 'empty'));
    await expect(refused(join(folder, 'empty'))).rejects.toThrow('no configuration file');
  });
});

describe('configNameOf', () => {
  const file = (path: string) => ({ path, body: '', contentType: 'text/yaml' });

  it("is the file's name without its ending, unless given", () => {
    expect(configNameOf(file('conf/edge-eu.yaml'), undefined)).toBe('edge-eu');
    expect(configNameOf(file('conf/edge-eu.yaml'), 'other')).toBe('other');
  });

  it('must be given for standard input, and be a name', () => {
    expect(() => configNameOf(file('standard input'), undefined)).toThrow('--name');
    expect(() => configNameOf(file('Edge Sites.yaml'), undefined)).toThrow(
      '"Edge Sites" is no configuration name',
    );
  });
});
