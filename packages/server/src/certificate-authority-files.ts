import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AuthorityFiles,
  CertificateAuthority,
  newAuthority,
} from './connections/certificate-authority.ts';
import { StartError } from './start-error.ts';

export interface AuthorityPlace {
  readonly dataDir: string;
  /** Files of an authority that an operator brings; both or none. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly nowMs: number;
}

/** The authority for certificates of agents: an operator's own, else one that is made at the first start and kept in the data folder (the key with mode 0600). */
export async function loadAuthority({
  dataDir,
  certFile,
  keyFile,
  nowMs,
}: AuthorityPlace): Promise<CertificateAuthority> {
  const cert = certFile ?? join(dataDir, 'agent-ca.pem');
  const key = keyFile ?? join(dataDir, 'agent-ca-key.pem');
  if (certFile === undefined) await makeIfNone(cert, key, nowMs);
  try {
    return await CertificateAuthority.open(read(cert, key));
  } catch (cause) {
    throw new StartError(
      2,
      `agents.certificates: the authority in ${cert} and ${key} cannot be used: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function read(cert: string, key: string): AuthorityFiles {
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** The key last: a certificate without its key is one of a start that was cut short. */
async function makeIfNone(certPath: string, keyPath: string, nowMs: number): Promise<void> {
  try {
    readFileSync(keyPath);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { cert, key } = await newAuthority(nowMs);
  await write(certPath, cert, 'w');
  await write(keyPath, key, 'wx');
}

async function write(path: string, text: string, flags: 'w' | 'wx'): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
