import { encodeConnectionSettings } from '@drover/opamp';
import type { InstanceUid } from '../agents/agent.ts';
import type { EncodedSettings } from '../connections/credential-issuer.ts';
import type { LetInAtMs, OwnMetricsTokens } from '../telemetry/own-metrics-tokens.ts';

export const OWN_METRICS_PATH = '/v1/metrics';

export interface OwnMetricsOfferOptions {
  readonly tokens: Pick<OwnMetricsTokens, 'issue'>;
  /** Where agents send their own metrics, http(s)://…; undefined: to the host by which each of them reached the OpAMP endpoint. */
  readonly url: string | undefined;
  /** Path of the OpAMP endpoint. */
  readonly opampPath: string;
  /** Authority that the certificate of that address comes from, PEM, which hosts of agents need not know. */
  readonly caCert: string | undefined;
}

/**
 * Where an agent that reached the OpAMP endpoint as `endpoint` sends its own metrics: the same host, and the same path in front where a proxy has added one.
 * Undefined where that cannot be told.
 */
export function ownMetricsUrl(
  endpoint: string | undefined,
  { url, opampPath }: Pick<OwnMetricsOfferOptions, 'url' | 'opampPath'>,
): string | undefined {
  if (url !== undefined) return url;
  if (endpoint === undefined) return undefined;
  const { protocol, host, pathname } = new URL(endpoint);
  const front = pathname.endsWith(opampPath) ? pathname.slice(0, -opampPath.length) : '';
  return `${protocol === 'wss:' || protocol === 'https:' ? 'https' : 'http'}://${host}${front}${OWN_METRICS_PATH}`;
}

/**
 * Connection settings by which an agent sends its own metrics to this control plane (specification: Own Telemetry Reporting), with a token of its own. The
 * same agent gets the same each time. Undefined where it cannot be told how the agent reaches us.
 */
export function ownMetricsOffer(
  uid: InstanceUid,
  letInAtMs: LetInAtMs,
  endpoint: string | undefined,
  options: OwnMetricsOfferOptions,
): EncodedSettings | undefined {
  const destinationEndpoint = ownMetricsUrl(endpoint, options);
  if (destinationEndpoint === undefined) return undefined;
  const { caCert } = options;
  const isSecure = destinationEndpoint.startsWith('https:');
  const token = options.tokens.issue(uid, letInAtMs);
  const { hash, encoded } = encodeConnectionSettings({
    ownMetrics: {
      destinationEndpoint,
      headers: { headers: [{ key: 'Authorization', value: `Bearer ${token}` }] },
      ...(isSecure && caCert !== undefined
        ? { tls: { caPemContents: caCert, includeSystemCaCertsPool: true } }
        : {}),
    },
  });
  return { hash: Buffer.from(hash).toString('hex'), encoded };
}
