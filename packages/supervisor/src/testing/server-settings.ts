import type { ServerSettings } from '../settings/settings.ts';

/** Settings of the way to a server, with the defaults for what a test does not care about. */
export function serverSettings(more: Partial<ServerSettings> = {}): ServerSettings {
  return {
    url: 'wss://fleet.example/v1/opamp',
    headers: {},
    tls: undefined,
    credential: undefined,
    proxy: undefined,
    heartbeatIntervalMs: 30_000,
    trialMs: 20_000,
    maxMessageBytes: 2 ** 20,
    giveUpMs: 0,
    requestsCertificate: false,
    fingerprint: 'f',
    ...more,
  };
}
