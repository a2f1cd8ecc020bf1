import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../lib/errors.ts';
import { parseJsonBody } from './json-body.ts';

function placeOf(text: string) {
  try {
    parseJsonBody(text);
  } catch (error) {
    if (error instanceof DomainError) return error.errors[0];
    throw error;
  }
  return undefined;
}

describe('a JSON body that does not parse', () => {
  it.each([
    ['{"a":x}', 1, 6, 'a value'],
    ['{"a":1', 1, 7, '"," or "}"'],
    ['{a:1}', 1, 2, 'a key in double quotes'],
    ['[1,]', 1, 4, 'a value'],
    ['{\n  "a": 1,\n}', 3, 1, 'a key in double quotes'],
    ['{"a" 1}', 1, 6, '":"'],
    ['{} {}', 1, 4, 'the end of the body'],
    ['nul', 1, 1, 'a value'],
  ])('%j is refused at line %i, column %i', (text, line, column, expected) => {
    const place = placeOf(text);
    expect(place).toMatchObject({ line, column });
    expect(place?.detail).toContain(`expected ${expected}`);
  });

  it('says so where it is empty', () => {
    expect(() => parseJsonBody(' ')).toThrow(/empty/);
  });

  it('does not exhaust the stack by depth', () => {
    expect(placeOf(`${'['.repeat(500_000)}x`)).toMatchObject({ line: 1, column: 500_001 });
  });

  it('always has a place, whatever character of a document is lost', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, at) => {
        const cut = json.slice(0, at % json.length) + json.slice((at % json.length) + 1);
        let isJson = cut.trim() === '';
        try {
          JSON.parse(cut);
          isJson = true;
        } catch {
          // Then a place is due.
        }
        if (!isJson) expect(placeOf(cut)?.line).toBeGreaterThan(0);
      }),
    );
  });
});
