import type {
  Headers,
  OpAMPConnectionSettings,
  TLSCertificate,
  TLSConnectionSettings,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { AcceptedSettings } from './client-state.ts';
import type { ProxyOptions } from './proxy-options.ts';

/** What holds while an offer comes, beside the settings accepted so far. */
export interface MergeContext {
  /** Of the connection in use. */
  readonly url: string;
  /** PEM; the key of a certificate that comes without one: that of the last request, else the one in use. */
  readonly key: string | undefined;
  readonly mayBeInsecure: boolean;
  /** The check of the server's certificate may be left out. */
  readonly mayBeUnverified: boolean;
}

const SCHEMES: readonly string[] = ['ws:', 'wss:', 'http:', 'https:'];
const SECURE: readonly string[] = ['wss:', 'https:'];
const MAX_HEARTBEAT_MS = 0x7fffffff;

/**
 * The settings after an offer. What the offer leaves out stays, but for the certificate: an offer with an endpoint is a whole one, and without a
 * certificate none is used (specification: OpAMPConnectionSettings.certificate). Throws an Error whose message goes to the server.
 */
export function mergeSettings(
  accepted: AcceptedSettings,
  offered: OpAMPConnectionSettings,
  context: MergeContext,
): AcceptedSettings {
  const { destinationEndpoint, headers, certificate, tls, proxy } = offered;
  const isWhole = destinationEndpoint !== '';
  const url = isWhole ? endpointOf(destinationEndpoint, context) : undefined;
  const isPolling = (url ?? context.url).startsWith('http');
  const heartbeatIntervalMs = heartbeatOf(offered.heartbeatIntervalSeconds, isPolling);
  const offeredCertificate =
    certificate !== undefined ? certificateOf(certificate, context.key) : isWhole ? null : undefined;
  return {
    ...accepted,
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: headersOf(headers) }),
    ...(offeredCertificate === undefined ? {} : { certificate: offeredCertificate }),
    ...(tls === undefined ? {} : { tls: { ...accepted.tls, ...tlsOf(tls, context) } }),
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy.url, proxy.connectHeaders) }),
    ...(heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs }),
  };
}

/** Over WebSocket an offered 0 ends heartbeats; a poller has to poll, so there 0 keeps what is (specification: OpAMPConnectionSettings.heartbeat_interval_seconds). */
export function heartbeatOf(seconds: bigint, isPolling: boolean): number | undefined {
  if (seconds === 0n) return isPolling ? undefined : 0;
  return Math.min(Number(seconds) * 1000, MAX_HEARTBEAT_MS);
}

function endpointOf(endpoint: string, { url, mayBeInsecure }: MergeContext): string {
  const { protocol } = URL.canParse(endpoint) ? new URL(endpoint) : { protocol: '' };
  if (!SCHEMES.includes(protocol))
    throw new Error(`the offered endpoint "${endpoint}" does not start with ws, wss, http or https`);
  const isLowered = SECURE.includes(new URL(url).protocol) && !SECURE.includes(protocol);
  if (isLowered && !mayBeInsecure)
    throw new Error(`the offered endpoint "${endpoint}" is without TLS, and the connection in use has it`);
  return endpoint;
}

function headersOf({ headers }: Headers): Record<string, string> {
  return Object.fromEntries(headers.map(({ key, value }) => [key, value]));
}

function certificateOf(offered: TLSCertificate, key: string | undefined) {
  const cert = Buffer.from(offered.cert).toString('utf8');
  const offeredKey = Buffer.from(offered.privateKey).toString('utf8');
  if (cert === '') throw new Error('the offered certificate is empty');
  const used = offeredKey === '' ? key : offeredKey;
  if (used === undefined)
    throw new Error('the offered certificate has no private key, and none was requested');
  return { cert, key: used };
}

function tlsOf(
  offered: TLSConnectionSettings,
  { mayBeUnverified }: MergeContext,
): NonNullable<AcceptedSettings['tls']> {
  const { caPemContents, includeSystemCaCertsPool, insecureSkipVerify, cipherSuites } = offered;
  if (insecureSkipVerify && !mayBeUnverified)
    throw new Error(
      "the offered TLS settings leave out the check of the server's certificate (insecure_skip_verify), and the agent's own do not",
    );
  const minVersion = versionOf(offered.minVersion);
  const maxVersion = versionOf(offered.maxVersion);
  return {
    ...(caPemContents === '' ? {} : { ca: caPemContents, includeSystemCa: includeSystemCaCertsPool }),
    insecureSkipVerify,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(cipherSuites.length === 0 ? {} : { ciphers: cipherSuites }),
  };
}

function versionOf(text: string): '1.2' | '1.3' | undefined {
  switch (text.replace(/^TLSv/i, '')) {
    case '':
      return undefined;
    case '1.2':
      return '1.2';
    case '1.3':
      return '1.3';
    default:
      throw new Error(`the offered TLS version "${text}" is neither 1.2 nor 1.3`);
  }
}

function proxyOf(text: string, headers: Headers | undefined): ProxyOptions {
  const url = text.includes('://') ? text : `http://${text}`;
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  if (text === '' || (protocol !== 'http:' && protocol !== 'https:'))
    throw new Error(`the offered proxy "${text}" is no HTTP or HTTPS proxy`);
  return { url, ...(headers === undefined ? {} : { headers: headersOf(headers) }) };
}
