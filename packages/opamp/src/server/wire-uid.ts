import { type InstanceUid, instanceUidFromBytes } from '../wire/instance-uid.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_TEXT_LENGTH = 26;

/**
 * The uid in the bytes of AgentToServer.instance_uid: 16 raw bytes, or the 26 characters of ULID text that clients from
 * before protocol 0.10 send. Undefined for anything else.
 */
export function readWireUid(bytes: Uint8Array): InstanceUid | undefined {
  return bytes.length === ULID_TEXT_LENGTH ? fromUlidText(bytes) : instanceUidFromBytes(bytes);
}

function fromUlidText(text: Uint8Array): InstanceUid | undefined {
  let value = 0n;
  for (const code of text) {
    const digit = CROCKFORD.indexOf(String.fromCharCode(code).toUpperCase());
    if (digit < 0) return undefined;
    value = (value << 5n) | BigInt(digit);
  }
  if (value >> 128n !== 0n) return undefined;
  return instanceUidFromBytes(Buffer.from(value.toString(16).padStart(32, '0'), 'hex'));
}
