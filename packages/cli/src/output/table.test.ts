import { printableLine, printableText } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { ageText, parseDuration } from './age.ts';
import { renderTable } from './table.ts';

describe('renderTable', () => {
  it('aligns columns, numbers to the right, without blanks at the ends', () => {
    const text = renderTable(
      [
        { title: 'NAME', text: (row: [string, number]) => row[0] },
        { title: 'COUNT', text: (row) => String(row[1]), isNumber: true },
        { title: 'NOTE', text: () => '' },
      ],
      [
        ['a', 7],
        ['longer', 1234],
      ],
    );
    expect(text).toBe('NAME    COUNT  NOTE\na           7\nlonger   1234');
  });

  it('shows what agents say without letting it reach the terminal', () => {
    const text = renderTable([{ title: 'NAME', text: (row: string) => row }], ['\u001b]0;owned\u0007x\ny']);
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')).toHaveLength(2);
  });
});

describe('printable text', () => {
  it('keeps lines only where asked', () => {
    expect(printableLine('a\nb\u0000')).toBe('a b\\u0000');
    expect(printableText('a\n\tb\u001b[31m')).toBe('a\n\tb\\u001b[31m');
  });
});

describe('ages and durations', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');

  it.each([
    ['2026-11-23T11:59:31Z', '29s'],
    ['2026-11-23T11:00:01Z', '59m'],
    ['2026-11-21T12:00:00Z', '2d'],
    ['2026-11-23T12:00:05Z', '0s'],
  ])('%s is %s ago', (time, expected) => {
    expect(ageText(time, now)).toBe(expected);
  });

  it('reads durations and nothing else', () => {
    expect(parseDuration('12h')).toBe(12 * 3_600_000);
    expect(parseDuration('0d')).toBeUndefined();
    expect(parseDuration('2026-01-01')).toBeUndefined();
  });
});
