import type { AgentGroup } from '@drover/api';
import { expect, test } from 'vitest';
import { chosenOfGroups, countOfGroups, groupKeyOf, groupSelectorOf } from './group-choice.ts';
import { EVERYBODY, NOBODY, withRows } from './row-choice.ts';

function group(value: string | null, agents: number): AgentGroup {
  return {
    value,
    selector: '',
    agents,
    state: { connected: agents, stale: 0, disconnected: 0 },
    health: { healthy: agents, unhealthy: 0, unknown: 0 },
    sync: { in_sync: agents, pending: 0, failed: 0, none: 0 },
  };
}
const prod = group('prod', 40);
const pre = group('pre "prod"', 10);
const without = group(null, 70);
const keys = (...groups: AgentGroup[]) => groups.map(groupKeyOf);

test('groups of several values are one list of a selector', () => {
  const choice = withRows(NOBODY, keys(prod, pre), true);
  expect(groupSelectorOf(choice, 'label:env')).toEqual({
    kind: 'selector',
    selector: 'label:env in (prod,"pre \\"prod\\"")',
  });
  expect(countOfGroups(choice, [prod, pre, without], 120)).toBe(50);
  expect(groupSelectorOf(withRows(NOBODY, keys(group('', 1)), true), 'host')).toEqual({
    kind: 'selector',
    selector: 'attr:host.name in ("")',
  });
});

test('agents without a value are a group of their own, and in no selector with others', () => {
  const alone = withRows(NOBODY, keys(without), true);
  expect(groupSelectorOf(alone, 'label:env')).toEqual({ kind: 'selector', selector: '!label:env' });
  expect(groupSelectorOf(withRows(alone, keys(prod), true), 'label:env')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('without env'),
  });
});

test('the agents of chosen groups are all that match the filter and the selector of the groups', () => {
  const choice = withRows(NOBODY, keys(prod), true);
  const groups = [prod, pre, without];
  expect(chosenOfGroups(choice, 'label:env', { q: 'web', health: ['unhealthy'] }, groups, 120)).toEqual({
    choice: EVERYBODY,
    filter: { q: 'web', health: ['unhealthy'], selector: 'label:env in (prod)' },
    count: 40,
    isAll: false,
  });
  expect(chosenOfGroups(EVERYBODY, 'label:env', { q: 'os.type=linux' }, groups, 120)).toMatchObject({
    filter: { q: 'os.type=linux' },
    count: 120,
    isAll: true,
  });
  expect(chosenOfGroups(NOBODY, 'label:env', {}, groups, 120)).toMatchObject({
    count: 0,
    refused: expect.any(String),
  });
});

test('all but some groups, also those that no page has shown', () => {
  expect(groupSelectorOf(EVERYBODY, 'type')).toEqual({ kind: 'all' });
  const but = (...groups: AgentGroup[]) => withRows(EVERYBODY, keys(...groups), false);
  expect(groupSelectorOf(but(prod), 'type')).toEqual({
    kind: 'selector',
    selector: 'attr:service.name notin (prod)',
  });
  expect(groupSelectorOf(but(without), 'type')).toEqual({ kind: 'selector', selector: 'attr:service.name' });
  expect(groupSelectorOf(but(without, prod), 'type')).toEqual({
    kind: 'selector',
    selector: 'attr:service.name,attr:service.name notin (prod)',
  });
  expect(countOfGroups(but(prod), [prod, pre, without], 1000)).toBe(960);
});

test('more groups than a selector names are refused', () => {
  const many = Array.from({ length: 1000 }, (_, at) => groupKeyOf(group(`host-${at}`, 1)));
  expect(groupSelectorOf(withRows(NOBODY, many, true), 'host')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('longer than 4096'),
  });
});
