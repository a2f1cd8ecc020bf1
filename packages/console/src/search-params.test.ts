import { describe, expect, it } from 'vitest';
import { oneOf, parseSearchParams, someOf, stringifySearchParams, wholeParam } from './search-params.ts';

describe('search parameters', () => {
  it('come back as they went, selectors included', () => {
    const search = { q: 'os.type=linux,env in (a,b)', state: ['stale', 'connected'], sort: '-name' };
    const text = stringifySearchParams(search);
    expect(text).toContain('q=os.type=linux');
    expect(parseSearchParams(text)).toEqual({ q: search.q, state: 'stale,connected', sort: '-name' });
  });

  it('leave out what is empty', () => {
    expect(stringifySearchParams({ q: '', state: [], type: undefined })).toBe('');
  });

  it('keep only known values', () => {
    expect(someOf('stale,nonsense', ['connected', 'stale'])).toEqual(['stale']);
    expect(someOf('nonsense', ['connected'])).toBeUndefined();
    expect(oneOf('x', ['a'])).toBeUndefined();
    expect(wholeParam('0')).toBeUndefined();
    expect(wholeParam('3')).toBe(3);
  });
});
