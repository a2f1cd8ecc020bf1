import { type Stats, statSync } from 'node:fs';
import type { ServerSettings, Settings, TextSource } from '../settings/settings.ts';
import { modeText } from './check-storage.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Nobody but the user of the supervisor should read what is secret, and nobody else change what decides over the agents. */
export function checkSecrets(
  settings: Pick<Settings, 'server' | 'agents'>,
  settingsFile: string,
): readonly Finding[] {
  if (process.platform === 'win32') return [];
  const { server, agents } = settings;
  const secretFiles = secretFilesOf(server);
  const findings = [
    ...fileFindings(settingsFile, holdsSecrets(server) ? 'secrets' : 'settings'),
    ...secretFiles.flatMap((path) => fileFindings(path, 'a secret')),
    ...[...new Set(agents.map(({ executable }) => executable))]
      .filter((path) => path.includes('/'))
      .flatMap((path) => fileFindings(path, 'the program of an agent')),
  ];
  return findings.length > 0
    ? findings
    : [ok('secrets', 'nobody else can read what is secret or change what decides over the agents')];
}

function fileFindings(
  path: string,
  holds: 'secrets' | 'settings' | 'a secret' | 'the program of an agent',
): readonly Finding[] {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch {
    // Said elsewhere.
    return [];
  }
  const mode = modeText(stats.mode);
  if ((stats.mode & 0o002) !== 0)
    return [
      broken(
        'secrets',
        `${path} holds ${holds} and can be changed by every user of this host (mode ${mode})`,
        `chmod o-w ${path}`,
      ),
    ];
  const isSecret = holds === 'secrets' || holds === 'a secret';
  if (isSecret && (stats.mode & 0o004) !== 0)
    return [
      warning(
        'secrets',
        `${path} holds ${holds} and can be read by every user of this host (mode ${mode})`,
        `chmod o-r ${path}`,
      ),
    ];
  return [];
}

function secretFilesOf({ tls, credential }: ServerSettings): readonly string[] {
  return [
    ...(tls?.key?.kind === 'file' ? [tls.key.path] : []),
    ...credentialSecrets(credential).flatMap((source) => (source.kind === 'file' ? [source.path] : [])),
    ...(credential?.kind === 'oauth2_client' && credential.tls?.key?.kind === 'file'
      ? [credential.tls.key.path]
      : []),
  ];
}

function holdsSecrets({ tls, credential, headers, proxy }: ServerSettings): boolean {
  return (
    Object.keys(headers).length > 0 ||
    tls?.key?.kind === 'text' ||
    Object.keys(proxy?.headers ?? {}).length > 0 ||
    credentialSecrets(credential).some(({ kind }) => kind === 'text')
  );
}

function credentialSecrets(credential: ServerSettings['credential']): readonly TextSource[] {
  switch (credential?.kind) {
    case 'bearer_token':
      return [credential.token];
    case 'basic_auth':
      return [credential.password];
    case 'oauth2_client':
      return [credential.clientSecret];
    case undefined:
      return [];
  }
}
