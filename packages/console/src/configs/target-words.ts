import type {
  ComponentSchemaSummary,
  ComponentSchemaTarget,
  ComponentSchemaTargets,
  FieldsCheckedBy,
} from '@drover/api';
import { countOf } from '../components/format.ts';

/** Where offers and help come from, and what is to be said of it. */
export interface SchemaChoice {
  readonly schema:
    | { readonly distribution: string; readonly version: string; readonly hash: string }
    | undefined;
  /** What serves, in words. */
  readonly words: string;
  /** Whom no schema is known for, in words; one for each distribution and version. */
  readonly gaps: readonly string[];
}

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
  const words =
    agents === 0 ? `${name}, assumed: no agents match` : `${name}, assumed: no agents have a schema`;
  return { schema: assumed, words, gaps };
}

function gapsOf(targets: readonly ComponentSchemaTarget[]): readonly string[] {
  return targets.map((target) => {
    const name = [target.distribution, target.version].filter((part) => part !== '').join(' ');
    return `${name === '' ? 'agents of unknown type' : name} (${countOf(target.agents, 'agent')})`;
  });
}

function byVersion(a: ComponentSchemaSummary, b: ComponentSchemaSummary): number {
  return b.version.localeCompare(a.version, 'en', { numeric: true });
}

const MATCH_WORDS: Record<FieldsCheckedBy['match'], string> = {
  exact: '',
  nearest: ', the nearest known',
  assumed: ', assumed',
};

export function schemaName({ distribution, version, match }: FieldsCheckedBy): string {
  return `${distribution} ${version}${MATCH_WORDS[match]}`;
}

/** What the settings were held against, in one line. */
export function checkedWords(schemas: readonly FieldsCheckedBy[]): string {
  const [first, ...others] = schemas;
  if (first === undefined) return 'Settings not checked: no schema available';
  const more = others.length === 0 ? '' : ` and ${countOf(others.length, 'more version')}`;
  return `Checked with ${schemaName(first)}${more}`;
}
