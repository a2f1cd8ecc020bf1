import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAdminToken } from './admin-token.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-credentials-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the administrator's token", () => {
  it('is made once, for this user alone, and stays', async () => {
    const token = await loadAdminToken(folder);
    const path = join(folder, 'admin-token');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, 'utf8')).trim()).toBe(token.reveal());
    expect((await loadAdminToken(folder)).reveal()).toBe(token.reveal());
    expect(`${token}`).not.toContain(token.reveal());
  });

  it('is refused where its file is damaged, with what to do', async () => {
    const damaged = await mkdtemp(join(folder, 'damaged-'));
    await writeFile(join(damaged, 'admin-token'), '');
    await expect(loadAdminToken(damaged)).rejects.toThrow(/delete the file/);
  });
});
