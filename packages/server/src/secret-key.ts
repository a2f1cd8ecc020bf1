import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from './lib/errors.ts';
import { StartError } from './start-error.ts';

const KEY_BYTES = 32;

/** The key of the secrets: out of the file that is named, else out of the data folder, where it is made (mode 0600) at the first start. */
export async function loadSecretKey(dataDir: string, keyFile: string | undefined): Promise<Buffer> {
  const path = keyFile ?? join(dataDir, 'secret-key');
  if (keyFile === undefined) await makeKey(path);
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new StartError(2, `secrets.keyFile: cannot read ${path}: ${errorText(cause)}`, { cause });
  }
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new StartError(
    2,
    `${path} holds no key: expected ${KEY_BYTES} bytes as ${2 * KEY_BYTES} hexadecimal digits, as "openssl rand -hex ${KEY_BYTES}" prints them`,
  );
}

async function makeKey(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
