import { randomFillSync } from 'node:crypto';

/**
 * An agent's instance uid as lower-case UUID text; on the wire it is its 16 bytes (specification: AgentToServer.instance_uid). Only the
 * functions of this package make one, so that no other string passes for it.
 */
export type InstanceUid = string & {
  /** Exists for the type checker alone. */
  readonly __brand: 'InstanceUid';
};

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The text form of 16 raw bytes, or undefined where there are not exactly 16. */
export function instanceUidFromBytes(bytes: Uint8Array): InstanceUid | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as InstanceUid;
}

/** The 16 bytes of an instance uid, freshly allocated. */
export function instanceUidToBytes(uid: InstanceUid): Uint8Array {
  return new Uint8Array(Buffer.from(uid.replaceAll('-', ''), 'hex'));
}

/** Reads UUID text in either case, of any version; undefined where it is not a UUID with its four dashes. */
export function parseInstanceUid(text: string): InstanceUid | undefined {
  const lower = text.toLowerCase();
  return UUID_TEXT.test(lower) ? (lower as InstanceUid) : undefined;
}

/** A new UUID v7 (RFC 9562): 48 bits of `nowMs`, which is milliseconds since 1970, the rest random. */
export function newInstanceUid(nowMs: number = Date.now()): InstanceUid {
  const bytes = randomFillSync(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(nowMs / 0x10000));
  new DataView(bytes.buffer).setUint16(4, nowMs % 0x10000);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return instanceUidFromBytes(bytes) as InstanceUid;
}
