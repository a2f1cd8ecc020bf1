import type { Config, Rollout } from '@drover/api';
import { expect, test } from 'vitest';
import { isFound, localEntries } from './palette-entries.ts';

const configs = ['edge', 'edge-logs', 'core'].map((name) => ({ name, revision: { number: 3 } }) as Config);
const running = [
  { id: '01', target: { kind: 'config', configs: [{ name: 'edge', revision: 3 }] } } as unknown as Rollout,
];
const wordsOf = (words: string) => localEntries(words, { configs, running }).map(({ word }) => word);

test('words are found in any order and any case', () => {
  expect(isFound('logs EDGE', 'edge-logs')).toBe(true);
  expect(isFound('edge web', 'edge-logs')).toBe(false);
});

test('before anything is typed: what runs, the pages, and what one comes for most', () => {
  const words = wordsOf('');
  expect(words[0]).toBe('edge r3');
  expect(words).toContain('Fleet');
  expect(words).toContain('Unhealthy agents');
  expect(words).toContain('New rollout');
  expect(words).not.toContain('Log out');
});

test('a configuration is found to open it and to roll it out, and what begins with the words comes first', () => {
  expect(wordsOf('edge').slice(0, 3)).toEqual(['edge r3', 'edge', 'edge-logs']);
  expect(wordsOf('roll out edge')).toEqual(['Roll out edge', 'Roll out edge-logs']);
  expect(wordsOf('unhealthy')).toEqual(['Unhealthy agents']);
});

test('acts are found by what they do and by other words for it', () => {
  expect(wordsOf('dark')).toEqual(['Dark theme']);
  expect(wordsOf('colour')).toEqual(['Light theme', 'Dark theme', 'System theme']);
  expect(wordsOf('sign out')).toEqual(['Log out']);
});
