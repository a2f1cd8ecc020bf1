import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextCache } from './text-cache.ts';

/** So few that texts take each other's places all the time. */
const SLOTS = 2;

describe('texts by their bytes', () => {
  it('are what decoding them yields, wherever they stand and whatever was looked up before', () => {
    const cache = new TextCache(SLOTS);
    const hashes = new TextCache(SLOTS);
    const text = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom('a', 'b', 'ab', '\0', ' '),
    );
    fc.assert(
      fc.property(text, fc.nat(9), (expected, offset) => {
        const encoded = Buffer.from(expected);
        const bytes = new Uint8Array(Buffer.concat([Buffer.alloc(offset, 0x61), encoded, Buffer.from('zz')]));
        const end = offset + encoded.length;
        expect(cache.textOf(bytes, offset, end)).toBe(encoded.toString());
        expect(hashes.hexOf(bytes, offset, end)).toBe(encoded.toString('hex'));
      }),
      { numRuns: 2000 },
    );
  });
});
