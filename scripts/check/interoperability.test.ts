import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../lib/run.ts';

const PAGE = readFileSync(join(ROOT, 'docs/interoperability.md'), 'utf8');
/** A link to a file of tests, and the titles that are named after it. */
const REFERENCE = /\]\(\.\.\/([^)]+)\)((?: `[^`]+`,?)+)/g;

test('each test that the page on interoperability names is there', () => {
  const lacking: string[] = [];
  let named = 0;
  for (const [, path = '', titles = ''] of PAGE.matchAll(REFERENCE)) {
    const file = join(ROOT, path);
    const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
    for (const [, title = ''] of titles.matchAll(/`([^`]+)`/g)) {
      named += 1;
      if (!source.includes(`'${title}'`)) lacking.push(`${path}: ${title}`);
    }
  }
  expect(lacking).toEqual([]);
  expect(named).toBeGreaterThan(20);
});
