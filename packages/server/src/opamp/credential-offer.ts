import { encodeConnectionSettings } from '@drover/opamp';
import type { EncodedSettings } from '../connections/credential-issuer.ts';

/**
 * Connection settings by which an agent comes to `endpoint` with a token of its own. They are whole, because agents take what is missing of an offer for
 * something else each: an interval that is left out would end heartbeats (specification: OpAMPConnectionSettings).
 */
export function encodeCredentialOffer(
  endpoint: string,
  token: string,
  heartbeatIntervalMs: number,
): EncodedSettings {
  const { hash, encoded } = encodeConnectionSettings({
    opamp: {
      destinationEndpoint: endpoint,
      headers: { headers: [{ key: 'Authorization', value: `Bearer ${token}` }] },
      heartbeatIntervalSeconds: secondsOf(heartbeatIntervalMs),
    },
  });
  return { hash: Buffer.from(hash).toString('hex'), encoded };
}

/**
 * Connection settings by which an agent comes with the certificate that it asked for; its key is with the agent. Headers are left out, because an agent keeps
 * those that it has.
 */
export function encodeCertificateOffer(
  endpoint: string,
  cert: string,
  caCert: string,
  heartbeatIntervalMs: number,
): EncodedSettings {
  const { hash, encoded } = encodeConnectionSettings({
    opamp: {
      destinationEndpoint: endpoint,
      certificate: { cert: Buffer.from(cert), caCert: Buffer.from(caCert) },
      heartbeatIntervalSeconds: secondsOf(heartbeatIntervalMs),
    },
  });
  return { hash: Buffer.from(hash).toString('hex'), encoded };
}

function secondsOf(ms: number): bigint {
  return BigInt(Math.max(1, Math.round(ms / 1000)));
}
