import { describe, expect, test } from 'vitest';
import { optionsAt } from './completion-options.ts';
import { placeAt, wordText } from './completion-place.ts';

const at = (text: string) => placeAt(text, text.length);

describe('the place of a completion', () => {
  test.each([
    ['', { kind: 'key', from: 0, typed: '', scope: '' }],
    ['en', { kind: 'key', from: 0, typed: 'en' }],
    ['env=prod, os.', { kind: 'key', from: 10, typed: 'os.' }],
    ['!en', { kind: 'key', from: 1, typed: 'en', isNegated: true }],
    ['label:en', { kind: 'key', from: 0, typed: 'en', scope: 'label' }],
    ['"a ke', { kind: 'key', from: 0, typed: 'a ke' }],
    ['env=', { kind: 'value', from: 4, typed: '', key: 'env', isInList: false }],
    ['env != pro', { kind: 'value', from: 7, typed: 'pro', key: 'env' }],
    ['attr:"a=b"="x, y', { kind: 'value', from: 11, typed: 'x, y', key: 'attr:"a=b"' }],
    ['host.name=a:80', { kind: 'value', from: 10, typed: 'a:80' }],
    ['env in (', { kind: 'value', from: 8, typed: '', key: 'env', isInList: true }],
    ['env notin (a, "b,c", d', { kind: 'value', from: 21, typed: 'd', isInList: true }],
    ['env in (a,b), ', { kind: 'key', typed: '' }],
    ['env ', { kind: 'operator', from: 4, typed: '' }],
    ['env no', { kind: 'operator', from: 4, typed: 'no' }],
  ])('in %j', (text, place) => {
    expect(at(text)).toMatchObject(place);
  });

  test.each(['env=prod ', 'env in (a) ', 'a b c', 'env=a b'])('is none in %j', (text) => {
    expect(at(text)).toBeUndefined();
  });

  test('is none in the middle of a word', () => {
    expect(placeAt('env=prod', 2)).toBeUndefined();
    expect(placeAt('env=prod', 3)).toMatchObject({ kind: 'key', typed: 'env' });
  });
});

describe('what is offered', () => {
  const keys = [
    { key: 'region', source: 'label', agents: 1, values: 1 },
    { key: 'region', source: 'attribute', agents: 9, values: 2 },
    { key: 're', source: 'attribute', agents: 2, values: 1 },
  ] as const;
  const inserted = (text: string, values: { value: string; agents: number }[] = []) =>
    optionsAt(at(text), keys, values).map(({ insert }) => insert);

  test('are keys, with their scope where a label and an attribute share the name', () => {
    expect(inserted('')).toEqual(['label:region', 'attr:region', 're']);
    expect(inserted('label:')).toEqual(['label:region']);
  });

  test('are operators behind a key that is whole', () => {
    expect(inserted('re').slice(0, 4)).toEqual(['re=', 're!=', 're in (', 're notin (']);
    expect(inserted('re n')).toEqual(['notin (']);
    expect(inserted('!re')).toEqual(['label:region', 'attr:region']);
  });

  test('are values, in quotes where they need them, and the way on in a list', () => {
    const values = [
      { value: 'a', agents: 2 },
      { value: 'a, "b"', agents: 1 },
    ];
    expect(inserted('re=', values)).toEqual(['a', String.raw`"a, \"b\""`]);
    expect(inserted('re in (a', values).slice(0, 2)).toEqual(['a)', 'a,']);
  });

  test('a word that is an operator is quoted', () => {
    expect(['in', 'a b', 'x/y'].map(wordText)).toEqual(['"in"', '"a b"', 'x/y']);
  });
});
