import type { ComponentSchemaSummary, ComponentSchemaTarget, ComponentSchemaTargets } from '@drover/api';
import { countOf, formatCount } from '../components/format.ts';

/** Where offers and help come from, and what is to be said of it. */
export interface SchemaChoice {
  readonly schema:
    | { readonly distribution: string; readonly version: string; readonly hash: string }
    | undefined;
  /** What serves, in words. */
  readonly words: string;
  /** What is not checked, in words; one for each distribution and version. */
  readonly gaps: readonly string[];
}

const NAMED_MAX = 3;

/**
 * The schemas that serve for most of the agents. Where agents have none, or there are no agents, offers come from the
 * newest that come with the server, and this is said.
 */
export function chooseSchema(
  { agents, targets }: ComponentSchemaTargets,
  known: readonly ComponentSchemaSummary[],
): SchemaChoice {
  const serving = targets.filter((target) => target.schema !== null);
  const [first] = serving;
  const gaps = gapsOf(targets.filter((target) => target.schema === null));
  if (first?.schema) {
    const { schema } = first;
    const name = `${schema.distribution} ${schema.version}`;
    const more =
      serving.length > 1 ? `; other agents have ${countOf(serving.length - 1, 'more version')}` : '';
    const nearest = schema.match === 'nearest' ? `, the nearest known to ${first.version}` : '';
    return { schema, words: `${name}${nearest}, for ${countOf(first.agents, 'agent')}${more}`, gaps };
  }
  const assumed = known.filter(({ origin }) => origin === 'bundled').toSorted(byVersion)[0] ?? known[0];
  if (assumed === undefined) return { schema: undefined, words: 'no schema available', gaps };
  const name = `${assumed.distribution} ${assumed.version}`;
  const words = agents === 0 ? `${name}, assumed: no agents match` : `${name}, for completion only`;
  return { schema: assumed, words, gaps };
}

function gapsOf(targets: readonly ComponentSchemaTarget[]): readonly string[] {
  const named = targets.slice(0, NAMED_MAX).map((target) => {
    const name = [target.distribution, target.version].filter((part) => part !== '').join(' ');
    return `${name === '' ? 'agents of unknown type' : name} (${countOf(target.agents, 'agent')})`;
  });
  const left = targets.length - named.length;
  return left > 0 ? [...named, `${formatCount(left)} more`] : named;
}

function byVersion(a: ComponentSchemaSummary, b: ComponentSchemaSummary): number {
  return b.version.localeCompare(a.version, 'en', { numeric: true });
}
