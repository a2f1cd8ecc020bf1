import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TelemetryConnectionSettings, TLSCertificate, TLSConnectionSettings } from '@drover/opamp';

/** The agent's own signals that can be sent somewhere (specification: Own Telemetry Reporting). */
export const SIGNALS = ['metrics', 'logs', 'traces'] as const;

export type Signal = (typeof SIGNALS)[number];

/** Where one signal goes: OTLP over HTTP with protobuf. Plain JSON; holds secrets. */
export interface TelemetryDestination {
  /** Full URL, used as it is. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM; undefined = the system's authorities. */
  readonly ca?: string;
  /** The system's authorities are trusted beside `ca`. */
  readonly includesSystemCa?: boolean;
  /** PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Where each signal goes; one that is not named goes where the local configuration says. */
export type OwnTelemetry = { readonly [signal in Signal]?: TelemetryDestination };

export type OfferedDestination =
  | { readonly kind: 'destination'; readonly destination: TelemetryDestination }
  /** An offer with an empty endpoint ends what was offered before. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly message: string };

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Checks what a server offers for a signal. What an agent's exporters cannot be told is refused rather than left out: it may be what protects the data. */
export function offeredDestination(signal: Signal, offered: TelemetryConnectionSettings): OfferedDestination {
  if (offered.destinationEndpoint === '') return { kind: 'none' };
  try {
    return { kind: 'destination', destination: destinationOf(offered) };
  } catch (error) {
    return { kind: 'refused', message: `own ${signal}: ${(error as Error).message}` };
  }
}

function destinationOf(offered: TelemetryConnectionSettings): TelemetryDestination {
  const { destinationEndpoint: endpoint, headers, tls, certificate, proxy } = offered;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new Error(`the endpoint "${endpoint}" is no http or https URL`);
  if (url.username !== '' || url.password !== '')
    throw new Error('the endpoint holds a user name or password; they belong in the headers');
  if (url.search !== '' || url.hash !== '')
    throw new Error(`the endpoint "${endpoint}" has a query or fragment, which exporters leave out`);
  if (proxy !== undefined) throw new Error('a proxy for one signal alone cannot be set');
  const own = certificate === undefined ? undefined : certificateOf(certificate);
  return {
    endpoint,
    headers: Object.fromEntries(
      (headers?.headers ?? []).map(({ key, value }) => [headerName(key), headerValue(key, value)]),
    ),
    ...(tls === undefined ? {} : tlsOf(tls)),
    ...(own === undefined ? {} : { certificate: own }),
  };
}

function headerName(name: string): string {
  if (!HEADER_NAME.test(name)) throw new Error(`"${name}" is no name for a header`);
  return name;
}

function headerValue(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new Error(`the value of the header ${name} has more than one line`);
  return value;
}

function tlsOf(tls: TLSConnectionSettings): Pick<TelemetryDestination, 'ca' | 'includesSystemCa'> {
  if (tls.insecureSkipVerify) throw new Error('insecure_skip_verify is refused: certificates are checked');
  if (tls.cipherSuites.length > 0) throw new Error('cipher suites cannot be set');
  const [least, most] = [tls.minVersion, tls.maxVersion].map((text) => text.replace(/^TLSv/i, ''));
  if (least !== '' && least !== '1.2')
    throw new Error(`a lowest TLS version of "${tls.minVersion}" cannot be set`);
  if (most !== '' && most !== '1.3')
    throw new Error(`a highest TLS version of "${tls.maxVersion}" cannot be set`);
  if (tls.caPemContents === '') return {};
  parsed('authority', tls.caPemContents);
  return { ca: tls.caPemContents, includesSystemCa: tls.includeSystemCaCertsPool };
}

function certificateOf({ cert, privateKey }: TLSCertificate): { cert: string; key: string } {
  const [certPem, keyPem] = [cert, privateKey].map((bytes) => Buffer.from(bytes).toString('utf8'));
  if (!keyPem || !certPem) throw new Error('the certificate needs its private key');
  const certificate = parsed('certificate', certPem);
  let isPair: boolean;
  try {
    isPair = certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    throw new Error('the private key cannot be read');
  }
  if (!isPair) throw new Error('the certificate and its private key do not belong together');
  return { cert: certPem, key: keyPem };
}

function parsed(what: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`the ${what} cannot be read`);
  }
}
