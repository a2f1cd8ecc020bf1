import { expect, test } from 'vitest';
import { countedSelection, countOfChoice, selectionOf } from './agent-choice.ts';
import { EVERYBODY, isChosen, NOBODY, withoutGone, withRows } from './row-choice.ts';

test('some agents are chosen and let go of again', () => {
  const some = withRows(NOBODY, ['a', 'b', 'c'], true);
  const fewer = withRows(some, ['b'], false);
  expect([isChosen(fewer, 'a'), isChosen(fewer, 'b'), isChosen(fewer, 'z')]).toEqual([true, false, false]);
  expect(countOfChoice(fewer, 1000)).toBe(2);
  expect(selectionOf(fewer, { q: 'web' })).toEqual({ instanceUids: ['a', 'c'] });
});

test('all that match are chosen but for exceptions, also those that no page has shown', () => {
  const all = withRows(EVERYBODY, ['a', 'b'], false);
  const back = withRows(all, ['b'], true);
  expect([isChosen(back, 'a'), isChosen(back, 'b'), isChosen(back, 'never loaded')]).toEqual([
    false,
    true,
    true,
  ]);
  expect(countOfChoice(back, 41_203)).toBe(41_202);
  expect(selectionOf(back, { q: 'env=prod', health: ['unhealthy'] })).toEqual({
    filter: { selector: 'env=prod', health: ['unhealthy'] },
    except: ['a'],
  });
  expect(selectionOf(EVERYBODY, {})).toEqual({ filter: {} });
});

test('agents that are gone are in no choice', () => {
  const some = withRows(NOBODY, ['a', 'b'], true);
  expect(withoutGone(some, new Set(['z']))).toBe(some);
  expect([...withoutGone(some, new Set(['a', 'z'])).keys]).toEqual(['b']);
});

test('an act is for those that were counted, by name where all of them are named', () => {
  const selection = { filter: { q: 'web' } };
  expect(countedSelection(selection, { changed: 2, instanceUids: ['a', 'b'] })).toEqual({
    selection: { instanceUids: ['a', 'b'] },
    atMost: 2,
  });
  expect(countedSelection(selection, { changed: 12_000, instanceUids: ['a'] })).toEqual({
    selection,
    atMost: 12_000,
  });
});
