import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { completionsAt } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { offersAt } from './editor-assist.ts';

const ASSISTANCE = { complete: async (text: string, offset: number) => completionsAt(text, offset) };

/** The labels that are offered where ‸ stands, and what of the text they are held against. */
async function offersIn(marked: string, isAsked: boolean) {
  const position = marked.indexOf('‸');
  const state = EditorState.create({ doc: marked.replace('‸', '') });
  const offers = await offersAt(new CompletionContext(state, position, isAsked), ASSISTANCE);
  if (offers === null) return undefined;
  return { labels: offers.options.map(({ label }) => label), typed: state.sliceDoc(offers.from, position) };
}

const PIPELINE = 'exporters: {debug: , nop: }\nservice:\n  pipelines:\n    traces:\n      exporters:';

test.each([
  ['half a word', `${PIPELINE} [de‸]`, 'de'],
  ['behind a bracket', `${PIPELINE} [‸]`, ''],
  ['behind a comma', `${PIPELINE} [otlp, ‸]`, ''],
  ['behind a colon', `${PIPELINE} ‸`, ''],
  ['behind a dash', `${PIPELINE}\n        - ‸`, ''],
  ['in quotes', `${PIPELINE} ["n‸"]`, 'n'],
])('%s it is offered unasked', async (_name, text, typed) => {
  expect(await offersIn(text, false)).toEqual({ labels: ['debug', 'nop'], typed });
});

test('an empty line has offers where they are asked for, so that Enter goes on to the next line', async () => {
  const text = `${PIPELINE}\n        ‸`;
  expect(await offersIn(text, false)).toBeUndefined();
  expect((await offersIn(text, true))?.labels).toEqual(['debug', 'nop']);
});

test('a word that is there in full has no offer that Enter would take', async () => {
  const state = EditorState.create({ doc: `${PIPELINE} [de]` });
  expect(await offersIn(`${PIPELINE} [debug‸]`, false)).toBeUndefined();
  const context = new CompletionContext(state, state.doc.length - 1, false);
  const { validFor } = (await offersAt(context, ASSISTANCE)) ?? {};
  if (typeof validFor !== 'function') throw new Error('offers hold for some words');
  expect(validFor('deb', 0, 0, state)).toBe(true);
  expect(validFor('debug', 0, 0, state)).toBe(false);
  expect(validFor('de b', 0, 0, state)).toBe(false);
});
