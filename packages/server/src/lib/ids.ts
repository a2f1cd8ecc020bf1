import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Makes ids that sort by the time of their making, also within one millisecond of one process. */
export interface Ids {
  /** e.g. `01jd5x0v3k8m2n4p6q8r0s2t4v`: 26 characters, lower-case, safe in paths. */
  next(): string;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: bigint, length: number): string {
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}

/** Ids of the ULID layout: 48 bits of time, 80 random bits that count up within one millisecond. */
export function createIds(clock: Clock): Ids {
  let lastMs = 0;
  let tail = 0n;
  return {
    next() {
      const nowMs = clock.now();
      if (nowMs > lastMs) {
        lastMs = nowMs;
        tail = BigInt(`0x${randomBytes(10).toString('hex')}`) & ((1n << 79n) - 1n);
      } else {
        tail += 1n;
      }
      return base32(BigInt(lastMs), 10) + base32(tail, 16);
    },
  };
}
