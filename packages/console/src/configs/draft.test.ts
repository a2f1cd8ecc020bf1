import { expect, test } from 'vitest';
import { type Draft, MAX_DRAFT_AGE_MS, MAX_DRAFTS, pruneDrafts, readDraft, writeDraft } from './draft.ts';

/** What a browser gives: keys are own properties, so that `Object.keys` finds them. */
function storageOf(limit = Number.POSITIVE_INFINITY): Storage {
  const storage: Record<string, string> = {};
  const methods = {
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > limit) throw new DOMException('full', 'QuotaExceededError');
      storage[key] = value;
    },
    removeItem: (key: string) => delete storage[key],
  };
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(storage, name, { value, enumerable: false });
  return storage as unknown as Storage;
}
const draft = (typedAt: number): Draft => ({ body: 'a: 1', baseHash: 'h', typedAt });

test('what was typed is kept and read again; what is no text of ours is none', () => {
  const storage = storageOf();
  expect(readDraft(storage, 'edge')).toBeUndefined();
  expect(writeDraft(storage, 'edge', draft(1))).toBe(true);
  expect(readDraft(storage, 'edge')).toEqual(draft(1));
  storage.setItem('drover:draft:edge', '{"half": ');
  expect(readDraft(storage, 'edge')).toBeUndefined();
});

test('a browser without room says so', () => {
  expect(writeDraft(storageOf(10), 'edge', draft(1))).toBe(false);
});

test('texts are bounded in number and age, and nothing else is touched', () => {
  const storage = storageOf();
  const now = MAX_DRAFT_AGE_MS * 2;
  storage.setItem('drover:pipeline-graph', '1');
  writeDraft(storage, 'old', draft(now - MAX_DRAFT_AGE_MS - 1));
  for (let index = 0; index < MAX_DRAFTS + 2; index += 1)
    writeDraft(storage, `c${index}`, draft(now - index));
  pruneDrafts(storage, now);
  expect(readDraft(storage, 'old')).toBeUndefined();
  expect(readDraft(storage, 'c0')).toBeDefined();
  expect(readDraft(storage, `c${MAX_DRAFTS - 1}`)).toBeDefined();
  expect(readDraft(storage, `c${MAX_DRAFTS}`)).toBeUndefined();
  expect(storage.getItem('drover:pipeline-graph')).toBe('1');
});
