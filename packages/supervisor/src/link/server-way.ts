import { type OpampClientOptions, OpampError } from '@drover/opamp/client';
import { credentialFor } from '../credentials/credential-for.ts';
import { proxyFromEnvironment } from '../credentials/proxy-environment.ts';
import { trustSystemAuthorities } from '../credentials/system-authorities.ts';
import { tlsSource } from '../credentials/tls-source.ts';
import type { Logger } from '../logs/logger.ts';
import type { Secrets } from '../secrets.ts';
import type { ServerSettings } from '../settings/settings.ts';

/** The way to the fleet server that the settings file shows, for all agents: where, as whom, trusting whom, by which proxy. */
export interface ServerWay {
  readonly settings: ServerSettings;
  readonly clientOptions: Pick<
    OpampClientOptions,
    | 'url'
    | 'headers'
    | 'tls'
    | 'proxy'
    | 'heartbeatIntervalMs'
    | 'maxMessageBytes'
    | 'settingsTrialMs'
    | 'settingsFallbackMs'
  >;
  /** An attempt failed: where other credentials, or authorities that are not looked at yet, may help, the next one has them. */
  failed(error: Error): void;
  /** The server offers another one: its trial is not to fail for the want of the system's authorities. */
  offered(endpoint: string): void;
}

export function serverWay(
  settings: ServerSettings,
  env: Readonly<Record<string, string | undefined>>,
  secrets: Secrets,
  logger: Logger,
): ServerWay {
  const onProblem = (message: string) => logger.warn({}, message);
  let trustsSystem = false;
  // They take several megabytes for the life of the process, and few servers need them.
  const trustSystem = () => {
    if (!trustsSystem) trustSystemAuthorities();
    trustsSystem = true;
  };
  const tls = settings.tls && tlsSource(settings.tls, { now: Date.now, onProblem });
  const credential = settings.credential && credentialFor(settings.credential, onProblem);
  const environmentProxy = (url: string) => {
    try {
      return proxyFromEnvironment(url, env);
    } catch (error) {
      onProblem((error as Error).message);
      return undefined;
    }
  };
  return {
    settings,
    clientOptions: {
      url: settings.url,
      headers:
        credential === undefined
          ? settings.headers
          : async () => {
              const shown = await credential.headers();
              for (const value of Object.values(shown)) secrets.addCredential(value);
              return replaceHeaders(settings.headers, shown);
            },
      ...(tls === undefined ? {} : { tls }),
      proxy: settings.proxy ?? environmentProxy,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      maxMessageBytes: settings.maxMessageBytes,
      settingsTrialMs: settings.trialMs,
      settingsFallbackMs: settings.giveUpMs,
    },
    failed(error) {
      if (error instanceof OpampError && error.code === 'unauthorized') credential?.refused();
      if (isUnknownAuthority(error)) trustSystem();
    },
    offered(endpoint) {
      if (/^(wss|https):/.test(endpoint)) trustSystem();
    },
  };
}

const UNKNOWN_AUTHORITY: readonly unknown[] = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];

function isUnknownAuthority(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOne = 'code' in error && UNKNOWN_AUTHORITY.includes(error.code);
  return isOne || isUnknownAuthority(error.cause);
}

/** Header names are the same in any case. */
function replaceHeaders(
  headers: Readonly<Record<string, string>>,
  by: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const replaced = Object.keys(by).map((name) => name.toLowerCase());
  const kept = Object.entries(headers).filter(([name]) => !replaced.includes(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...by };
}
