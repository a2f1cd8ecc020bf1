import type { ConfigDraft, RevisionSummary } from '@drover/api';
import { expect, it } from 'vitest';
import { editStateOf } from './edit-state.ts';

const revision: RevisionSummary = {
  number: 3,
  hash: 'c3',
  createdAt: '2026-01-01T00:00:00.000Z',
  author: 'ann',
  message: '',
  contentType: 'text/yaml',
  format: 'collector',
  role: '',
  bytes: 2,
};
const config = { body: 'r3', revision };
const draftOf = (baseRevision: number | null): ConfigDraft => ({
  name: 'edge',
  body: 'draft',
  contentType: 'text/yaml',
  format: 'collector',
  role: '',
  baseRevision,
  hash: 'd1',
  author: 'bob',
  updatedAt: '2026-01-01T00:00:00.000Z',
});
const typed = { body: 'mine', baseHash: 'c3', typedAt: 0 };

it('shows the newest revision where nobody changed anything', () => {
  expect(editStateOf(config, null, undefined)).toMatchObject({
    body: 'r3',
    isTyped: false,
    isChanged: false,
    isOvertaken: false,
    draftMatch: null,
  });
});

it('goes on with the draft on the server, and says so where a revision came after it', () => {
  expect(editStateOf(config, draftOf(3), undefined)).toMatchObject({
    body: 'draft',
    isTyped: false,
    isChanged: true,
    baseHash: 'c3',
    isOvertaken: false,
  });
  expect(editStateOf(config, draftOf(2), undefined)).toMatchObject({ isOvertaken: true });
  expect(editStateOf(config, draftOf(null), undefined)).toMatchObject({ isOvertaken: true });
});

it('keeps what was typed before both, and knows a draft and a revision that came meanwhile', () => {
  expect(editStateOf(config, null, typed)).toMatchObject({ body: 'mine', isTyped: true, isOvertaken: false });
  expect(editStateOf(config, null, { ...typed, baseHash: 'c2' })).toMatchObject({ isOvertaken: true });
  expect(editStateOf(config, draftOf(3), typed)).toMatchObject({ isDraftOvertaken: true, draftMatch: 'd1' });
  expect(editStateOf(config, draftOf(3), { ...typed, draftHash: 'd0' })).toMatchObject({
    isDraftOvertaken: true,
  });
  expect(editStateOf(config, draftOf(3), { ...typed, draftHash: 'd1' })).toMatchObject({
    isDraftOvertaken: false,
  });
  // Who typed the same as the other has nothing to decide.
  expect(editStateOf(config, draftOf(3), { ...typed, body: 'draft' })).toMatchObject({
    isTyped: false,
    isDraftOvertaken: false,
  });
});
