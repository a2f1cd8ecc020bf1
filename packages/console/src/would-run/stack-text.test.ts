import { expect, test } from 'vitest';
import { readStack, writeStack } from './stack-text.ts';

test('a stack in the address is read and written, what makes no sense is left out', () => {
  const items = [{ name: 'base', revision: 3 }, { name: 'site.eu' }];
  expect(readStack('base@3,site.eu')).toEqual(items);
  expect(writeStack(items)).toBe('base@3,site.eu');
  expect(readStack('base@0, Site,,x@y, a')).toEqual([{ name: 'a' }]);
});
