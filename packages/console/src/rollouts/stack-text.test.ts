import { expect, it } from 'vitest';
import { readStack, stackAddress, targetOf } from './stack-text.ts';

it('reads the stack that an address holds, and leaves out what cannot be a name', () => {
  const layers = [{ name: 'base', revision: 3 }, { name: 'eu.site' }];
  expect(stackAddress(layers)).toBe('base@3,eu.site');
  expect(readStack('base@3,eu.site')).toEqual(layers);
  expect(readStack('base@0, x y,site@2')).toEqual([{ name: 'site', revision: 2 }]);
  expect(readStack('')).toEqual([]);
});

it('pins each layer, one as itself and several as the whole stack', () => {
  const newest = new Map([
    ['base', 4],
    ['site', 2],
  ]);
  expect(targetOf([{ name: 'base' }], newest)).toEqual({ kind: 'config', name: 'base', revision: 4 });
  expect(targetOf([{ name: 'base', revision: 1 }, { name: 'site' }], newest)).toEqual({
    kind: 'config',
    configs: [
      { name: 'base', revision: 1 },
      { name: 'site', revision: 2 },
    ],
  });
  expect(targetOf([{ name: 'gone', revision: 1 }], newest)).toBeUndefined();
  expect(targetOf([], newest)).toBeUndefined();
});
