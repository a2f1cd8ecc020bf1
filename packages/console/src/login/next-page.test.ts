import { describe, expect, it } from 'vitest';
import { safeNext } from './next-page.ts';

const origin = 'http://drover.example';

describe('safeNext', () => {
  it('goes back to the page that was asked for', () => {
    expect(safeNext('/agents?q=os.type=linux', '/', origin)).toBe('/agents?q=os.type=linux');
    expect(safeNext('/drover/configs/base', '/drover/', origin)).toBe('/drover/configs/base');
  });

  it('never leaves the console', () => {
    for (const next of [
      '//evil.example/x',
      'https://evil.example/',
      '/login?token=x',
      'javascript:alert(1)',
      undefined,
    ]) {
      expect(safeNext(next, '/', origin)).toBe('/agents');
    }
    expect(safeNext('/elsewhere', '/drover/', origin)).toBe('/drover/agents');
  });
});
