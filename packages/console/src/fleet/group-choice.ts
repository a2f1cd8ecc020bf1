import type { AgentGroup } from '@drover/api';
import { type AgentFilterText, narrowed } from '../data/agent-filter.ts';
import { quotedValue, SELECTOR_MAX_CHARS } from '../data/selector-value.ts';
import type { ChosenAgents } from './agent-choice.ts';
import { groupWord } from './group-menu.tsx';
import { EVERYBODY, isSomebody, type RowChoice } from './row-choice.ts';

/** As the server reads what has a word of its own here. */
const NAMED_KEYS: Readonly<Record<string, string>> = {
  type: 'attr:service.name',
  version: 'attr:service.version',
  host: 'attr:host.name',
};

/** The agents that have no value of the key. */
const WITHOUT = 'null';

export type GroupSelector =
  | { readonly kind: 'selector'; readonly selector: string }
  /** They are all that match. */
  | { readonly kind: 'all' }
  | { readonly kind: 'refused'; readonly reason: string };

/** The key of a group in a choice. */
export function groupKeyOf({ value }: Pick<AgentGroup, 'value'>): string {
  return value === null ? WITHOUT : `=${value}`;
}

/**
 * The selector of exactly the agents of the groups that are chosen. One has no "or": groups of several values stand in
 * one list, but those without a value and those with certain ones are together in none.
 */
export function groupSelectorOf(choice: RowChoice, by: string): GroupSelector {
  if (!isSomebody(choice)) return { kind: 'refused', reason: 'No group is selected.' };
  const { isAll, keys } = choice;
  const key = NAMED_KEYS[by] ?? by;
  const values = [...keys].filter((each) => each !== WITHOUT).map((each) => quotedValue(each.slice(1)));
  const hasWithout = keys.has(WITHOUT);
  const list = values.length === 0 ? [] : [`${key} ${isAll ? 'notin' : 'in'} (${values.join(',')})`];
  if (!isAll && hasWithout && values.length > 0) {
    return {
      kind: 'refused',
      reason: `No selector finds agents without ${groupWord(by)} together with some values of it. Select one or the other, or all and then clear the groups that you do not mean.`,
    };
  }
  const without = hasWithout ? [isAll ? key : `!${key}`] : [];
  const selector = [...without, ...list].join(',');
  if (selector === '') return { kind: 'all' };
  if (selector.length > SELECTOR_MAX_CHARS) {
    return {
      kind: 'refused',
      reason: `The selector of ${keys.size} groups would be longer than ${SELECTOR_MAX_CHARS} characters. Select fewer.`,
    };
  }
  return { kind: 'selector', selector };
}

/** How many agents the groups have that are chosen, where so many match; groups that are not loaded count for none. */
export function countOfGroups(
  { isAll, keys }: RowChoice,
  groups: readonly AgentGroup[],
  matching: number,
): number {
  const named = groups.reduce((sum, group) => sum + (keys.has(groupKeyOf(group)) ? group.agents : 0), 0);
  return isAll ? Math.max(0, matching - named) : named;
}

/** The agents of the groups that are chosen: all that match the filter and the selector of the groups. */
export function chosenOfGroups(
  choice: RowChoice,
  by: string,
  filter: AgentFilterText,
  groups: readonly AgentGroup[],
  matching: number,
): ChosenAgents {
  const of = groupSelectorOf(choice, by);
  return {
    choice: EVERYBODY,
    filter: of.kind === 'selector' ? { ...filter, ...narrowed(filter, of.selector) } : filter,
    count: countOfGroups(choice, groups, matching),
    isAll: choice.isAll,
    ...(of.kind === 'refused' ? { refused: of.reason } : {}),
  };
}
