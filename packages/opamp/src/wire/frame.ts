/** What a WebSocket message holds (specification: WebSocket Message Format). */
export type Unframed =
  | {
      /** The header is the one that this version of the protocol defines. */
      readonly kind: 'message';
      /** The encoded message; may be empty, which is a message with no field set. */
      readonly body: Uint8Array;
    }
  | {
      /** The header is another one, or none. */
      readonly kind: 'bad_frame';
      /** What was there in its place. */
      readonly detail: string;
    }
  | {
      /** Header and message are over the limit. */
      readonly kind: 'message_too_large';
      /** Size and limit. */
      readonly detail: string;
    };

const MAX_HEADER_BYTES = 10;

/** A message that starts so may be one without header, as clients before protocol 0.7 and one released one send. */
const HEADERLESS_START = 0x0a;

/**
 * Length of a header of value 0 at `from` in `data`, or 0 where there is none: a varint of one to ten bytes whose
 * value bits are all zero. Overlong forms such as `80 00` are legal varints and are taken.
 */
export function zeroHeaderLength(data: Uint8Array, from = 0): number {
  const first = data[from];
  if (first === 0) return 1;
  if (first !== 0x80) return 0;
  for (let length = 1; length < MAX_HEADER_BYTES; length++) {
    const byte = data[from + length];
    if (byte === 0) return length + 1;
    if (byte !== 0x80) return 0;
  }
  return 0;
}

/** Where the AgentToServer begins in a WebSocket message from `from` on, or undefined where its header is not 0. */
export function messageStart(data: Uint8Array, from: number): number | undefined {
  const length = zeroHeaderLength(data, from);
  if (length > 0) return from + length;
  const uidLength = data[from + 1];
  return data[from] === HEADERLESS_START && (uidLength === 16 || uidLength === 26) ? from : undefined;
}

/**
 * Takes the header off one WebSocket message (specification: WebSocket Message Format). `maxBytes` counts header and data; the body is a
 * view, not a copy. Never throws.
 */
export function unframe(data: Uint8Array, maxBytes: number): Unframed {
  if (data.length > maxBytes) {
    return {
      kind: 'message_too_large',
      detail: `message has ${data.length} bytes, the limit is ${maxBytes}`,
    };
  }
  const header = zeroHeaderLength(data);
  if (header === 0) {
    const start = Buffer.from(data.subarray(0, 4)).toString('hex');
    return { kind: 'bad_frame', detail: `expected header 0, the message starts with "${start}"` };
  }
  return { kind: 'message', body: data.subarray(header) };
}

/** Puts the header in front of an encoded message: what goes into one binary WebSocket message. Over plain HTTP there is no header. */
export function frame(body: Uint8Array): Uint8Array {
  const data = new Uint8Array(body.length + 1);
  data.set(body, 1);
  return data;
}
