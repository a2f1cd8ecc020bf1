import type { Secret } from '@drover/api';
import { expect, it } from 'vitest';
import { missingSecrets } from './named-secrets.ts';

const secret = (name: string, isReadable = true): Secret => ({
  name,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  author: 'ann',
  isReadable,
  usedBy: { configs: [], agents: 0 },
});

it('finds secrets that are named and have no value, and nothing that is text or has a default', () => {
  const text = [
    'a: "${drover:secret.there}"',
    'b: "${drover:secret.gone} ${drover:secret.gone}"',
    'c: "$${drover:secret.text}"',
    'd: "$$${drover:secret.after-a-dollar}"',
    'e: "${drover:secret.optional:-none}"',
    'f: "${drover:label.region}"',
    'g: "${drover:secret.closed}"',
  ].join('\n');
  expect(missingSecrets(text, [secret('there'), secret('closed', false)])).toEqual([
    'gone',
    'after-a-dollar',
    'closed',
  ]);
});
