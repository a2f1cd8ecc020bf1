import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nthSmallest } from './nth-smallest.ts';

test('is what sorting would put there, with many equal values too', () => {
  const value = fc.oneof(fc.nat(3), fc.integer(), fc.constantFrom(-1.5, 1e300, -1e300));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), fc.nat(), (values, any) => {
      const place = any % values.length;
      const sorted = values.toSorted((a, b) => a - b);
      expect(nthSmallest(Float64Array.from(values), place)).toBe(sorted[place]);
      expect(nthSmallest(Float64Array.from(sorted), place)).toBe(sorted[place]);
      expect(nthSmallest(Float64Array.from(sorted.toReversed()), place)).toBe(sorted[place]);
    }),
  );
});
