import { describe, expect, it } from 'vitest';
import { countOf, formatAge, formatBytes, formatFigure, formatRate, shortenMiddle } from './format.ts';

describe('formatAge', () => {
  it('reads in the largest whole unit', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    expect(formatAge(now - 400, now)).toBe('now');
    expect(formatAge(now - 59_000, now)).toBe('59 s ago');
    expect(formatAge(now - 61_000, now)).toBe('1 min ago');
    expect(formatAge(now - 3 * 3_600_000, now)).toBe('3 h ago');
    expect(formatAge(now - 50 * 3_600_000, now)).toBe('2 d ago');
  });

  it('says of a time ahead that it is ahead', () => {
    expect(formatAge(65_000, 0)).toBe('in 1 min');
  });
});

describe('shortenMiddle', () => {
  it('keeps both ends', () => {
    expect(shortenMiddle('0123456789abcdef', 4, 3)).toBe('0123…def');
  });

  it('leaves a text alone that would not become shorter', () => {
    expect(shortenMiddle('01234567', 4, 3)).toBe('01234567');
  });
});

describe('counts and sizes', () => {
  it('gives a rate the digits that count', () => {
    expect([0, 0.254, 12.54, 1234.4].map(formatRate)).toEqual(['0/s', '0.25/s', '12.5/s', '1,234/s']);
  });

  it('names one and many', () => {
    expect(countOf(1, 'agent')).toBe('1 agent');
    expect(countOf(100_000, 'agent')).toBe('100,000 agents');
  });

  it('gives a figure four digits, and a count all of its own', () => {
    expect([0.998_74, 12.345_6, 1234.5, 12_345, 0].map(formatFigure)).toEqual([
      '0.9987',
      '12.35',
      '1,235',
      '12,345',
      '0',
    ]);
  });

  it('scales bytes', () => {
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1024 * 1024)).toBe('1.0 MiB');
  });
});
