import { expect, test } from 'vitest';
import { exportColumnsOf } from './export-columns.ts';

test('a file has what the table shows, in its order, and says first which agent it is', () => {
  expect(exportColumnsOf(['name', 'type', 'label:env', 'seen'])).toEqual([
    'instanceUid',
    'displayName',
    'type',
    'version',
    'label:env',
    'lastMessageAt',
  ]);
});

test('names of the file serve as they are, what a file does not have is left out', () => {
  expect(exportColumnsOf(['instanceUid', 'transport', 'sparkline'])).toEqual(['instanceUid', 'transport']);
});
