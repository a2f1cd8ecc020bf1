import { createHash } from 'node:crypto';
import { ConnectionSettingsOffersSchema, decodeMessage, encodeMessage } from '@drover/opamp';
import type { EncodedSettings } from '../connections/credential-issuer.ts';

/**
 * The hash of an offer over all settings of an agent, also those that it leaves out because they are in use (specification: ConnectionSettingsOffers.hash).
 * It follows from the hashes of the parts, so that the status that an agent reports is told for each of them, also after a restart of this process. One
 * part alone goes by its own.
 */
export function hashOfParts(credential: string | undefined, metrics: string | undefined): string | undefined {
  if (credential === undefined || metrics === undefined) return credential ?? metrics;
  return createHash('sha256').update(`${credential} ${metrics}`).digest('hex');
}

/** One message of the parts that are given, under the hash of all settings. */
export function encodeParts(
  credential: EncodedSettings | undefined,
  metrics: EncodedSettings | undefined,
  hash: string,
): Uint8Array {
  const only = credential === undefined ? metrics : metrics === undefined ? credential : undefined;
  if (only?.hash === hash) return only.encoded;
  const message = decoded(credential ?? metrics);
  if (credential !== undefined && metrics !== undefined) {
    const { ownMetrics } = decoded(metrics);
    if (ownMetrics !== undefined) message.ownMetrics = ownMetrics;
  }
  message.hash = new Uint8Array(Buffer.from(hash, 'hex'));
  return encodeMessage(ConnectionSettingsOffersSchema, message);
}

function decoded(part: EncodedSettings | undefined) {
  const outcome = decodeMessage(ConnectionSettingsOffersSchema, part?.encoded ?? new Uint8Array());
  if (outcome.kind === 'bad_message') throw new Error(`connection settings of our own: ${outcome.detail}`);
  return outcome.message;
}
