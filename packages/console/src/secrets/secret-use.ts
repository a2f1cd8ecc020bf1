import type { Secret } from '@drover/api';
import { countOf } from '../components/format.ts';

const NAMED = 3;

/** `edge, site and 2 more configurations`. */
export function configsText(configs: readonly string[]): string {
  const rest = configs.length - NAMED;
  if (rest > 0) return `${configs.slice(0, NAMED).join(', ')} and ${countOf(rest, 'more configuration')}`;
  return configs.join(', ');
}

/** Why it cannot be deleted, or undefined where it can. */
export function deletionRefusal({ usedBy }: Secret): string | undefined {
  if (usedBy.configs.length === 0) return undefined;
  const names = configsText(usedBy.configs);
  return usedBy.agents === 0
    ? `In use by ${names}, as part of a rollout`
    : `In use by ${names}, intended for ${countOf(usedBy.agents, 'agent')}`;
}

/** A line break that an editor or a copied line brought along is no part of a value; several lines are kept as they are. */
export function trimmedValue(text: string): string {
  return /^[^\n]*\n$/.test(text) ? text.slice(0, -1) : text;
}
