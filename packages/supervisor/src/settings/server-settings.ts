import { createHash } from 'node:crypto';
import { credentialSettings } from './credential-settings.ts';
import type { SettingsProblem } from './setting-problem.ts';
import { headerLines } from './setting-values.ts';
import type { ServerSettings } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';
import { tlsSettings } from './tls-settings.ts';

const DEFAULT_HEARTBEAT_MS = 30_000;
/** With the goodbye before it and the way back after it a change of servers is over within 30 s. */
const DEFAULT_TRIAL_MS = 20_000;
const DEFAULT_GIVE_UP_MS = 15 * 60_000;
/** A configuration that is too large is worth an answer that says so. */
const DEFAULT_MAX_MESSAGE_BYTES = 16 * 2 ** 20;

/** The way to the server as it is written, its files found and readable. */
export function serverSettings(
  file: SettingsFile,
  folder: string,
): { readonly server: ServerSettings; readonly problems: readonly SettingsProblem[] } {
  const { server, extensions } = file;
  const { connection_settings: offered, proxy } = server;
  const { tls, problems: tlsProblems } = tlsSettings(server.tls, folder, ['server', 'tls']);
  const { credential, problems: credentialProblems } = credentialSettings(file, folder);
  const proxyUrl = proxy?.url && (proxy.url.includes('://') ? proxy.url : `http://${proxy.url}`);
  const problems = [...tlsProblems, ...credentialProblems];
  if (proxyUrl && (!URL.canParse(proxyUrl) || !/^https?:$/.test(new URL(proxyUrl).protocol))) {
    problems.push({ path: ['server', 'proxy', 'url'], message: 'must name an HTTP or HTTPS proxy' });
  }
  return {
    problems,
    server: {
      url: server.endpoint,
      headers: headerLines(server.headers),
      tls,
      credential,
      proxy: proxyUrl ? { url: proxyUrl, headers: headerLines(proxy?.headers) } : undefined,
      heartbeatIntervalMs: server.heartbeat_interval ?? DEFAULT_HEARTBEAT_MS,
      maxMessageBytes: server.max_message_size ?? DEFAULT_MAX_MESSAGE_BYTES,
      trialMs: offered?.trial_timeout ?? DEFAULT_TRIAL_MS,
      giveUpMs: offered?.give_up_after ?? DEFAULT_GIVE_UP_MS,
      requestsCertificate: offered?.request_certificate ?? false,
      fingerprint: fingerprintOf(server, server.auth === undefined ? undefined : extensions?.[server.auth]),
    },
  };
}

/** Differs whenever the file says something else of where to connect and as whom. */
function fingerprintOf(
  {
    connection_settings: _offers,
    heartbeat_interval: _interval,
    max_message_size: _size,
    ...way
  }: SettingsFile['server'],
  credential: unknown,
): string {
  return createHash('sha256')
    .update(JSON.stringify([way, credential]))
    .digest('hex');
}
