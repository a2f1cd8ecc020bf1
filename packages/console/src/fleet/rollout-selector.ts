import { formatCount } from '../components/format.ts';
import { type AgentFilterText, agentFilterOf, selectorOfUids } from '../data/agent-filter.ts';
import { quotedValue, SELECTOR_MAX_CHARS } from '../data/selector-value.ts';
import type { RowChoice } from './row-choice.ts';

/** As many uids as a selector of 4,096 characters holds. */
export const NAMED_MAX = 100;

export type RolloutSelector =
  | { readonly kind: 'selector'; readonly selector: string }
  | { readonly kind: 'refused'; readonly reason: string };

const LABEL_FIRST = 'Label them, and roll out to that label.';

/** The selector of a rollout to the agents that were chosen, or why there is none. */
export function rolloutSelectorOf(choice: RowChoice, filter: AgentFilterText): RolloutSelector {
  const uids = [...choice.keys];
  if (uids.length > NAMED_MAX) {
    const what = choice.isAll ? 'exclude' : 'name';
    return {
      kind: 'refused',
      reason: `A rollout can ${what} at most ${NAMED_MAX} agents one by one, and these are ${formatCount(uids.length)}. ${LABEL_FIRST}`,
    };
  }
  if (!choice.isAll) return { kind: 'selector', selector: selectorOfUids(uids) };
  const { selector: given, type, version, ...rest } = agentFilterOf(filter);
  if (Object.keys(rest).length > 0) {
    return {
      kind: 'refused',
      reason: `A rollout needs a selector, but this list is filtered by other things too. ${LABEL_FIRST}`,
    };
  }
  const selector = [
    ...(given === undefined ? [] : [given]),
    ...(type === undefined ? [] : [`attr:service.name=${quotedValue(type)}`]),
    ...(version === undefined ? [] : [`attr:service.version=${quotedValue(version)}`]),
    ...(uids.length === 0 ? [] : [`instanceUid notin (${uids.join(',')})`]),
  ].join(', ');
  return selector.length <= SELECTOR_MAX_CHARS
    ? { kind: 'selector', selector }
    : { kind: 'refused', reason: `The selector would be longer than ${SELECTOR_MAX_CHARS}. ${LABEL_FIRST}` };
}
