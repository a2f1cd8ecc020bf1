import type { Finding } from '@drover/api';
import { expect, test } from 'vitest';
import { sourceCounts, summaryWords } from './finding-counts.ts';

const finding = (severity: Finding['severity'], source: Finding['source']): Finding => ({
  severity,
  source,
  path: '',
  line: 1,
  column: 1,
  message: 'something',
});

test('errors, remarks and notes are counted each, and none hides the others', () => {
  const words = summaryWords([
    finding('warning', 'structure'),
    finding('error', 'components'),
    finding('info', 'structure'),
    finding('warning', 'variables'),
  ]);
  expect(words.map(({ word }) => word)).toEqual(['1 error', '2 warnings', '1 note']);
  expect(summaryWords([])).toEqual([{ tone: 'well', word: 'No findings' }]);
});

const WORDS = new Proxy({} as Record<Finding['source'], string>, {
  get: (_target, source) => (source === 'yaml' ? 'YAML' : String(source)),
});

test('sources are counted, most first', () => {
  expect(
    sourceCounts(
      [finding('error', 'yaml'), finding('error', 'structure'), finding('info', 'structure')],
      WORDS,
    ),
  ).toBe('structure 2, YAML 1');
});
