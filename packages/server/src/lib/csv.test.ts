import { expect, test } from 'vitest';
import { csvField, csvLine } from './csv.ts';

test.each([
  ['web-1', 'web-1'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  [' edge ', '" edge "'],
  ['مرحبا 🙂', 'مرحبا 🙂'],
  ['a=b', 'a=b'],
])('%j is written as %j', (text, field) => {
  expect(csvField(text)).toBe(field);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '=HYPERLINK("http://x","y")'])(
  '%j is no formula in a spreadsheet',
  (text) => {
    expect(csvField(text).replace(/^"/, '')).toMatch(/^'/);
  },
);

test('a line ends as RFC 4180 wants it', () => {
  expect(csvLine(['a', '', 'b,c'])).toBe('a,,"b,c"\r\n');
});
