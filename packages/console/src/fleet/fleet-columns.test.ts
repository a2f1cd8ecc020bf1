import { describe, expect, test } from 'vitest';
import { shownAttributes } from './fleet-attributes.ts';
import { columnsOf, USUAL_COLUMNS, validColumns } from './fleet-columns.tsx';

describe('columns of the fleet', () => {
  test('are those that exist, and always the name', () => {
    expect(validColumns(['health', 'nonsense', 'label:env', 'attr:os.type', 'attr:'])).toEqual([
      'name',
      'health',
      'label:env',
      'attr:os.type',
    ]);
    expect(validColumns(['nonsense'])).toBeUndefined();
    expect(validColumns(undefined)).toBeUndefined();
  });

  test('that are attributes are asked for', () => {
    expect(shownAttributes(['name', 'label:env', 'attr:os.type', 'attr:a:b'])).toEqual(['os.type', 'a:b']);
  });

  test('that somebody chose need more width from one to the next', () => {
    const widths = columnsOf(['name', 'label:env', ...USUAL_COLUMNS.slice(2)]).map(
      ({ minTableWidth = 0 }) => minTableWidth,
    );
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(new Set(widths).size).toBe(widths.length);
  });
});
