import { create, toBinary } from '@bufbuild/protobuf';
import { type AvailableComponents, AvailableComponentsSchema } from '../gen/opamp/v1/opamp_pb.ts';

/** The longest hash by which a set is kept; any hash function's output is shorter. */
const MAX_HASH_BYTES = 256;
const TAG_HASH = 0x12;
const MAX_SHORT_LENGTH = 127;

/** AvailableComponents with nothing but the hash, as a session keeps it: fifty kilobytes for each agent would be too much. */
export function encodeHashOnly(hash: Uint8Array): Uint8Array {
  return toBinary(AvailableComponentsSchema, create(AvailableComponentsSchema, { hash }));
}

/** Whether the message holds the set itself. */
export function hasComponentMap(message: AvailableComponents): boolean {
  for (const _name in message.components) return true;
  return false;
}

/** The hash in an encoding that holds nothing else, or undefined where there is none that a set could be kept by. */
export function hashOfHashOnly(encoding: Uint8Array | undefined): Uint8Array | undefined {
  if (encoding === undefined || encoding[0] !== TAG_HASH) return undefined;
  const first = encoding[1] ?? 0;
  const isShort = first <= MAX_SHORT_LENGTH;
  const length = isShort ? first : (first & MAX_SHORT_LENGTH) | ((encoding[2] ?? 0) << 7);
  const start = isShort ? 2 : 3;
  const isWhole = encoding.length === start + length;
  return isWhole && length > 0 && length <= MAX_HASH_BYTES ? encoding.subarray(start) : undefined;
}
