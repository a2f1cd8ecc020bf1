import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from './auth/credentials.ts';
import { Secret } from './lib/secret.ts';

/** Reads the administrator's token from the data folder, or makes it there (mode 0600) at the first start. */
export async function loadAdminToken(dataDir: string): Promise<Secret> {
  const path = join(dataDir, 'admin-token');
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      const token = newToken('dra');
      await file.writeFile(`${token}\n`);
      await file.sync();
      return new Secret(token);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const token = (await readFile(path, 'utf8')).trim();
  if (token.length < 16) {
    throw new Error(
      `${path} holds no token of at least 16 characters: delete the file to have a new one made`,
    );
  }
  return new Secret(token);
}
