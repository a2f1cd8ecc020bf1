import { readFileSync } from 'node:fs';
import { ROOT } from './process.ts';

/**
 * Certificates that the library's tests have: `server-cert` (of `ca-cert`, for 127.0.0.1), `rogue-server-cert` (of `agent-ca-cert`, with the key of the
 * former), and `agent-cert` and `bootstrap-cert` (of `agent-ca-cert`) with their keys.
 */
export function tlsPath(name: string): string {
  return `${ROOT}packages/opamp/src/testing/tls/${name}.pem`;
}

export function tlsFile(name: string): string {
  return readFileSync(tlsPath(name), 'utf8');
}
