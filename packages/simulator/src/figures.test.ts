import { describe, expect, it } from 'vitest';
import { Figures, percentile, summaryOf, summaryText } from './figures.ts';

describe('percentile', () => {
  it('is the value that the share of numbers does not exceed', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.95, 1].map((share) => percentile(numbers, share))).toEqual([50, 95, 100]);
  });

  it('is null where there are no numbers', () => {
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe('Figures', () => {
  it('counts errors by text and keeps the number of texts small', () => {
    const figures = new Figures(0);
    for (let index = 0; index < 50; index++) figures.countError(new Error(`error ${index}`));
    figures.countError(new Error('error 3'));
    expect(figures.errors.size).toBe(21);
    expect(figures.errors.get('error 3')).toBe(2);
    expect(figures.errorTotal).toBe(51);
  });

  it('are printed also where nothing connected', () => {
    expect(summaryText(summaryOf(new Figures(0), 5, 1_000))).toContain('p50 -');
  });
});
