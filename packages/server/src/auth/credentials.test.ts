import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { isSameSecret, LoginTokens } from './credentials.ts';

describe('a secret', () => {
  it('is compared whole', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    expect(isSameSecret('ab', 'abc')).toBe(false);
    expect(isSameSecret('', 'abc')).toBe(false);
  });
});

describe('login tokens', () => {
  it('work once, before they expire', () => {
    const clock = new FakeClock();
    const tokens = new LoginTokens(clock, 1000);
    const [first, second] = [tokens.issue(), tokens.issue()];
    expect(tokens.redeem(first)).toBe(true);
    expect(tokens.redeem(first)).toBe(false);
    clock.advance(1000);
    expect(tokens.redeem(second)).toBe(false);
    expect(tokens.redeem('drl_unknown')).toBe(false);
  });
});
