import { type ConnectionSettingsOffers, ConnectionSettingsOffersSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage, encodeMessage } from '../wire/codec.ts';
import { isOpen, SERVER_GATES } from '../wire/gates.ts';

const CLASSES = ['opamp', 'ownMetrics', 'ownTraces', 'ownLogs', 'otherConnections'] as const;

/** Agents differ in few ways: each encoding is cut once for each of them. */
const cuts = new WeakMap<Uint8Array, Map<number, Uint8Array | undefined>>();

/**
 * The classes of an encoded ConnectionSettingsOffers that this agent takes, or undefined where none is left. The hash stays: it
 * covers also what is left out (specification: ConnectionSettingsOffers.hash).
 */
export function allowedSettings(
  encoded: Uint8Array,
  agent: bigint,
  server: bigint,
  malformed: (detail: string) => void,
): Uint8Array | undefined {
  let mask = 0;
  for (const [bit, name] of CLASSES.entries())
    if (isOpen(SERVER_GATES[name], agent, server)) mask |= 1 << bit;
  if (mask === 0) return undefined;
  const known = cuts.get(encoded) ?? new Map<number, Uint8Array | undefined>();
  cuts.set(encoded, known);
  if (!known.has(mask)) known.set(mask, cut(encoded, mask, malformed));
  return known.get(mask);
}

function cut(encoded: Uint8Array, mask: number, malformed: (detail: string) => void): Uint8Array | undefined {
  const decoded = decodeMessage(ConnectionSettingsOffersSchema, encoded);
  if (decoded.kind === 'bad_message') {
    malformed(`offers.connectionSettings: ${decoded.detail}`);
    return undefined;
  }
  const { message } = decoded;
  let isCut = false;
  let isLeft = false;
  for (const [bit, name] of CLASSES.entries()) {
    if (!isSet(message, name)) continue;
    if ((mask & (1 << bit)) !== 0) isLeft = true;
    else {
      isCut = true;
      if (name === 'otherConnections') message.otherConnections = {};
      else delete message[name];
    }
  }
  if (isCut && !isLeft) return undefined;
  return isCut ? encodeMessage(ConnectionSettingsOffersSchema, message) : encoded;
}

function isSet(message: ConnectionSettingsOffers, name: (typeof CLASSES)[number]): boolean {
  if (name !== 'otherConnections') return message[name] !== undefined;
  return Object.keys(message.otherConnections).length > 0;
}
