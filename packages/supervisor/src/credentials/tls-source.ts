import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClientTlsOptions } from '@drover/opamp/client';
import type { PemSource, TlsSettings } from '../settings/settings.ts';
import { systemAuthorities } from './system-authorities.ts';
import { watchedFile } from './watched-file.ts';

/** TLS of the next connection. Throws where a file could never be read. */
export type TlsSource = () => ClientTlsOptions;

export interface TlsSourceOptions {
  readonly now: () => number;
  readonly onProblem: (message: string) => void;
}

/**
 * TLS as the settings say, with files read anew when they have changed, at most once each `reloadIntervalMs`. A certificate whose key does not
 * fit is half a rotation: the pair before serves until both are there.
 */
export function tlsSource(settings: TlsSettings, { now, onProblem }: TlsSourceOptions): TlsSource {
  const ca = reader(settings.ca, onProblem);
  const cert = reader(settings.cert, onProblem);
  const key = reader(settings.key, onProblem);
  let pair: { readonly cert: string; readonly key: string } | undefined;
  let last: ClientTlsOptions | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;

  const readPair = () => {
    if (cert === undefined || key === undefined) return undefined;
    const next = { cert: cert(), key: key() };
    if (pair === undefined || isPair(next.cert, next.key)) pair = next;
    else onProblem('the new client certificate and its key do not belong together; those before are used');
    return pair;
  };

  return () => {
    if (last !== undefined && now() - readAtMs < settings.reloadIntervalMs) return last;
    const authorities = ca?.();
    last = {
      ...(authorities === undefined
        ? {}
        : {
            ca: settings.includesSystemCa ? [authorities, ...systemAuthorities()].join('\n') : authorities,
          }),
      ...readPair(),
      ...(settings.serverName === undefined ? {} : { serverName: settings.serverName }),
      ...(settings.minVersion === undefined ? {} : { minVersion: settings.minVersion }),
      ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion }),
      ...(settings.ciphers === undefined ? {} : { ciphers: settings.ciphers }),
      insecureSkipVerify: settings.insecureSkipVerify,
    };
    readAtMs = now();
    return last;
  };
}

function reader(
  source: PemSource | undefined,
  onProblem: (message: string) => void,
): (() => string) | undefined {
  if (source === undefined) return undefined;
  if (source.kind === 'text') return () => source.pem;
  const file = watchedFile({
    path: source.path,
    accepts: (text) => {
      if (!text.includes('-----BEGIN ')) throw new Error('is not PEM');
    },
    onProblem,
  });
  return () => file.text();
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
