import { expect, test } from 'vitest';
import { printableLine, printableText } from './printable.ts';

test('what turns text round, moves a cursor or is not seen is written out', () => {
  expect(printableLine('otelcol\u202Etxt.exe')).toBe('otelcol\\u202etxt.exe');
  expect(printableLine('a\u001b[2Jb\nc')).toBe('a\\u001b[2Jb c');
  expect(printableText('a\u2066b\nc')).toBe('a\\u2066b\nc');
});

test('letters of any script and pictures stay as they are', () => {
  for (const name of ['جامع القياسات', 'אוסף', '遥测', '👩‍🚀🇪🇺']) expect(printableLine(name)).toBe(name);
});
