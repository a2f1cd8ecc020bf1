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
  expect(deletionRefusal(secret(['edge'], 1))).toBe('In use by edge, intended for 1 agent');
  expect(deletionRefusal(secret(['a', 'b'], 1200))).toBe('In use by a, b, intended for 1,200 agents');
  expect(deletionRefusal(secret(['edge'], 0))).toBe('In use by edge, as part of a rollout');
  expect(configsText(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more configuration');
});

it('takes the line break from the end of a single line, and from nothing else', () => {
  expect(trimmedValue('token\n')).toBe('token');
  expect(trimmedValue('one\ntwo\n')).toBe('one\ntwo\n');
  expect(trimmedValue(' token ')).toBe(' token ');
});
