import { describe, expect, test } from 'vitest';
import { agentFilterOf, agentFilterText, narrowed, selectorMeantBy } from './agent-filter.ts';

describe('the fleet’s filter', () => {
  test('is the same after it went out and came back', () => {
    for (const text of [
      { q: 'web prod', selector: 'env=prod' },
      { q: 'env=prod,os.type=linux' },
      { q: 'web', health: ['unhealthy'], effective: 'ab12' },
    ] as const) {
      const filter = agentFilterOf(text);
      expect(agentFilterOf(agentFilterText(filter))).toEqual(filter);
    }
  });

  test('is narrowed in the search line, or beside words', () => {
    expect(narrowed({}, 'env=prod')).toEqual({ q: 'env=prod' });
    expect(narrowed({ q: 'a=b' }, '!env')).toEqual({ q: 'a=b,!env' });
    expect(narrowed({ q: 'web', selector: 'a=b' }, '!env')).toEqual({ selector: 'a=b,!env' });
    expect(agentFilterOf({ q: 'web', selector: 'a=b' })).toEqual({ q: 'web', selector: 'a=b' });
    expect(agentFilterOf({ q: 'c=d', selector: 'a=b' })).toEqual({ selector: 'c=d,a=b' });
  });

  test('a key and a value with a colon between are words that may be meant as a selector', () => {
    expect(selectorMeantBy('env:prod')).toBe('env=prod');
    expect(selectorMeantBy('os.type: linux')).toBe('os.type=linux');
    for (const text of ['label:env', 'env=a:b', 'two words', 'a:b:c', ''])
      expect(selectorMeantBy(text)).toBeUndefined();
  });
});
