import { getCACertificates } from 'node:tls';
import type { ClientTlsOptions, OpampClientOptions } from './client-options.ts';
import type { AcceptedSettings } from './client-state.ts';
import type { ProxyOptions } from './proxy-options.ts';

/** Where a transport connects and how: the caller's options with what a server has offered on top. */
export interface ConnectionTarget {
  readonly url: string;
  readonly proxy: ProxyOptions | undefined;
  readonly localAddress: string | undefined;
  readonly isUnref: boolean;
  readonly maxRedirects: number;
  /** Asked for each connection and each request: both may change. */
  headers(): Record<string, string> | Promise<Record<string, string>>;
  tls(): TargetTls | undefined;
}

/** TLS in the words of node:tls. */
export interface TargetTls {
  readonly ca?: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
}

const DEFAULT_MAX_REDIRECTS = 5;

export function targetOf(options: OpampClientOptions, accepted: AcceptedSettings): ConnectionTarget {
  const url = accepted.url ?? options.url;
  return {
    url,
    proxy: accepted.proxy ?? (typeof options.proxy === 'function' ? options.proxy(url) : options.proxy),
    localAddress: options.localAddress,
    isUnref: options.unref === true,
    maxRedirects: options.maxRedirects ?? DEFAULT_MAX_REDIRECTS,
    headers: () => {
      const own = typeof options.headers === 'function' ? options.headers(url) : (options.headers ?? {});
      const over = accepted.headers ?? {};
      return own instanceof Promise ? own.then((headers) => overlay(headers, over)) : overlay(own, over);
    },
    tls: () => tlsOf(callerTls(options), accepted),
  };
}

export function isPollingUrl(url: string): boolean {
  return new URL(url).protocol.startsWith('http');
}

export function callerTls({ tls }: OpampClientOptions): ClientTlsOptions | undefined {
  return typeof tls === 'function' ? tls() : tls;
}

/** Header names are the same in any case. */
function overlay(
  under: Readonly<Record<string, string>>,
  over: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  const kept = Object.entries(under).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...over };
}

function tlsOf(own: ClientTlsOptions | undefined, accepted: AcceptedSettings): TargetTls | undefined {
  const { certificate, tls } = accepted;
  if (own === undefined && certificate === undefined && tls === undefined) return undefined;
  const ca = tls?.ca ?? own?.ca;
  const isWithSystem = tls?.ca === undefined ? own?.includeSystemCa === true : tls.includeSystemCa === true;
  const cert = certificate === undefined ? own?.cert : certificate?.cert;
  const key = certificate === undefined ? own?.key : certificate?.key;
  const maxVersion = tls?.maxVersion ?? own?.maxVersion;
  const ciphers = tls?.ciphers ?? own?.ciphers;
  const isUnverified = tls?.insecureSkipVerify ?? own?.insecureSkipVerify === true;
  return {
    ...(ca === undefined ? {} : { ca: isWithSystem ? [ca, ...commonAuthorities()] : ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(own?.serverName === undefined || accepted.url !== undefined ? {} : { servername: own.serverName }),
    rejectUnauthorized: !isUnverified,
    // An offer may ask for more than the caller, never for less.
    minVersion: [tls?.minVersion, own?.minVersion].includes('1.3') ? 'TLSv1.3' : 'TLSv1.2',
    ...(maxVersion === undefined ? {} : { maxVersion: maxVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2' }),
    ...(ciphers === undefined ? {} : { ciphers: ciphers.join(':') }),
  };
}

/** Those that the operating system trusts, and those that node brings: many hosts and most containers have one of the two only. */
function commonAuthorities(): readonly string[] {
  return [...new Set([...getCACertificates('bundled'), ...getCACertificates('system')])];
}
