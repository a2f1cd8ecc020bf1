import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Journal } from './journal.ts';

it('keeps each entry on a line of its own, in order, and adds to what is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drover-journal-'));
  try {
    const path = join(folder, 'journal.jsonl');
    const errors: Error[] = [];
    for (const hash of ['aa', 'bb']) {
      const journal = new Journal(path, (error) => errors.push(error));
      journal.add({ event: 'offered', uid: '1', hash });
      journal.add({ event: 'failed', uid: '1', hash, error: 'two\nlines' });
      await journal.end();
    }
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries.map(({ event, hash }) => `${event} ${hash}`)).toEqual([
      'offered aa',
      'failed aa',
      'offered bb',
      'failed bb',
    ]);
    expect(entries[1].error).toBe('two\nlines');
    for (const { at } of entries) expect(new Date(at).toISOString()).toBe(at);
    expect(errors).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says at once where the file cannot be written', () => {
  expect(() => new Journal('/no/such/folder/journal.jsonl', () => {})).toThrow(/ENOENT/);
});
