import { accessSync, constants } from 'node:fs';
import { resolveNear } from './resolve-near.ts';
import type { TlsInFile } from './server-in-file.ts';
import type { SettingsProblem } from './setting-problem.ts';
import type { PemSource, TlsSettings } from './settings.ts';

/** TLS as it is written, its files found and readable. `at` is the path of the key in the settings file. */
export function tlsSettings(
  file: TlsInFile | null | undefined,
  folder: string,
  at: readonly string[],
): { readonly tls: TlsSettings | undefined; readonly problems: readonly SettingsProblem[] } {
  if (!file) return { tls: undefined, problems: [] };
  const problems: SettingsProblem[] = [];
  const source = (key: 'ca' | 'cert' | 'key'): PemSource | undefined => {
    const inline = file[`${key}_pem`];
    const from = file[`${key}_file`];
    if (inline !== undefined) return { kind: 'text', pem: inline };
    if (from === undefined) return undefined;
    const path = resolveNear(folder, from);
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      problems.push({
        path: [...at, `${key}_file`],
        message: `cannot read ${from}: ${(error as Error).message}`,
      });
    }
    return { kind: 'file', path };
  };
  const [ca, cert, key] = [source('ca'), source('cert'), source('key')];
  if ((cert === undefined) !== (key === undefined)) {
    problems.push({ path: at, message: 'a client certificate needs both its certificate and its key' });
  }
  return {
    problems,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      includesSystemCa: file.include_system_ca_certs_pool ?? false,
      insecureSkipVerify: file.insecure_skip_verify ?? false,
      ...(file.server_name_override === undefined ? {} : { serverName: file.server_name_override }),
      ...(file.min_version === undefined ? {} : { minVersion: file.min_version }),
      ...(file.max_version === undefined ? {} : { maxVersion: file.max_version }),
      ...(file.cipher_suites === undefined ? {} : { ciphers: file.cipher_suites }),
      reloadIntervalMs: file.reload_interval ?? 0,
    },
  };
}
