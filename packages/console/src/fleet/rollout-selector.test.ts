import { expect, test } from 'vitest';
import { rolloutSelectorOf } from './rollout-selector.ts';
import { EVERYBODY, NOBODY, withRows } from './row-choice.ts';

const many = Array.from({ length: 101 }, (_, at) => `uid-${at}`);

test('agents that were picked are named, up to a limit that is told', () => {
  expect(rolloutSelectorOf(withRows(NOBODY, ['a', 'b'], true), { health: ['unhealthy'] })).toEqual({
    kind: 'selector',
    selector: 'instanceUid in (a,b)',
  });
  expect(rolloutSelectorOf(withRows(NOBODY, many, true), {})).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('at most 100 agents'),
  });
});

test('all that match are found by the same selector, without the exceptions', () => {
  expect(rolloutSelectorOf(EVERYBODY, {})).toEqual({ kind: 'selector', selector: '' });
  const filter = {
    q: 'env in (prod,stage)',
    selector: 'os.type=linux',
    type: 'otel collector',
    version: '1.0',
  };
  expect(rolloutSelectorOf(withRows(EVERYBODY, ['a'], false), filter)).toEqual({
    kind: 'selector',
    selector:
      'env in (prod,stage),os.type=linux, attr:service.name="otel collector", attr:service.version=1.0, instanceUid notin (a)',
  });
});

test('what no selector says is no part of a rollout', () => {
  for (const filter of [{ q: 'two words' }, { health: ['unhealthy'] as const }, { config: 'edge' }])
    expect(rolloutSelectorOf(EVERYBODY, filter)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('label'),
    });
});
