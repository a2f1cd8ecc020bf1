import type { Secret } from '@drover/api';
import { expect, it } from 'vitest';
import { configsText, deletionRefusal, trimmedValue } from './secret-use.ts';

const secret = (configs: string[], agents: number): Secret => ({
  name: 'gateway',
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  author: 'ann',
  isReadable: true,
  usedBy: { configs, agents },
});

it('says who needs a secret, and lets go of one that nobody needs', () => {
  expect(deletionRefusal(secret([], 0))).toBeUndefined();
  expect(deletionRefusal(secret(['edge'], 1))).toBe('In use: 1 agent is to run edge, which names it');
  expect(deletionRefusal(secret(['a', 'b'], 1200))).toBe(
    'In use: 1,200 agents are to run a, b, which name it',
  );
  expect(deletionRefusal(secret(['edge'], 0))).toBe('In use: edge, which a rollout holds, names it');
  expect(configsText(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more configuration');
});

it('takes the line break from the end of a single line, and from nothing else', () => {
  expect(trimmedValue('token\n')).toBe('token');
  expect(trimmedValue('one\ntwo\n')).toBe('one\ntwo\n');
  expect(trimmedValue(' token ')).toBe(' token ');
});
