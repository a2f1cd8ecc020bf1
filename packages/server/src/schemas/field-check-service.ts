import type { ComponentSchemaTarget, FieldsCheckedBy, Finding } from '@drover/api';
import { checkFields, type FieldTarget, type ParseResult } from '@drover/collector-config';
import type { ComponentSchemaService } from './component-schema-service.ts';

/** The findings in a configuration's settings, and what they were held against. */
export interface FieldCheck {
  readonly findings: readonly Finding[];
  readonly checkedBy: readonly FieldsCheckedBy[];
}

/** A configuration is held against so many versions; each takes a walk through all of it. */
const MAX_VERSIONS = 8;
/** So many versions without schemas are named each. */
const MAX_NAMED = 5;

/** Holds the settings of configurations against the schemas of the agents' distributions and versions. */
export class FieldCheckService {
  readonly #schemas: ComponentSchemaService;

  constructor(schemas: ComponentSchemaService) {
    this.#schemas = schemas;
  }

  /**
   * With a selector that matches agents, by the schemas that serve for these; else by the newest that come with the
   * server. Throws `invalid_selector`. A text that does not parse has no findings here.
   */
  async check(parsed: ParseResult, selector: string | undefined): Promise<FieldCheck> {
    if (parsed.kind === 'invalid') return { findings: [], checkedBy: [] };
    const targets = selector === undefined ? [] : this.#schemas.targetsOf(selector).targets;
    const isAssumed = targets.length === 0;
    const serving = isAssumed ? this.#assumed() : servingFor(targets);
    const checkedBy = serving.slice(0, MAX_VERSIONS);
    const held: FieldTarget[] = [];
    for (const { distribution, version, match } of checkedBy) {
      const schemas = await this.#schemas.schemas(distribution, version);
      if (schemas !== undefined) held.push({ schemas, isCertain: match === 'exact' });
    }
    const notes = isAssumed ? [] : notesOn(targets, serving.slice(MAX_VERSIONS));
    return { findings: [...notes, ...checkFields(parsed, held)], checkedBy };
  }

  #assumed(): FieldsCheckedBy[] {
    const newest = this.#schemas.newestBundled;
    if (newest === undefined) return [];
    const { distribution, version } = newest;
    return [{ distribution, version, match: 'assumed', agents: 0 }];
  }
}

/** The schemas that serve for the targets, each once; those that are certain for one of them are certain. */
function servingFor(targets: readonly ComponentSchemaTarget[]): FieldsCheckedBy[] {
  const serving = new Map<string, FieldsCheckedBy>();
  for (const { schema, agents } of targets) {
    if (schema === null) continue;
    const { distribution, version, match } = schema;
    const key = `${distribution} ${version} ${match}`;
    const before = serving.get(key)?.agents ?? 0;
    serving.set(key, { distribution, version, match, agents: before + agents });
  }
  return [...serving.values()];
}

/** What was not, or not quite, checked. */
function notesOn(targets: readonly ComponentSchemaTarget[], left: readonly FieldsCheckedBy[]): Finding[] {
  const notes: string[] = [];
  const unknown = targets.filter(({ schema }) => schema === null);
  for (const target of unknown.slice(0, MAX_NAMED))
    notes.push(
      `not checked: no component schemas are known for ${nameOf(target)}; store some to have fields checked`,
    );
  if (unknown.length > MAX_NAMED)
    notes.push(`not checked: no component schemas are known for ${unknown.length - MAX_NAMED} more versions`);
  for (const target of targets.filter(({ schema }) => schema?.match === 'nearest').slice(0, MAX_NAMED)) {
    const { distribution, version } = target.schema ?? target;
    notes.push(
      `${nameOf(target)} was checked by the schemas of ${distribution} ${version}, the newest known below it: fields that are newer are said to be unknown`,
    );
  }
  if (left.length > 0) {
    const names = left.map(({ distribution, version }) => `${distribution} ${version}`);
    const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
    notes.push(
      `not checked: the schemas of ${names.slice(0, MAX_NAMED).join(', ')}${more}, since ${MAX_VERSIONS} versions are checked at once`,
    );
  }
  return notes.map((message) => ({
    severity: 'info',
    path: '',
    line: 0,
    column: 0,
    message,
    source: 'schema',
  }));
}

function nameOf({ distribution, version, agents }: ComponentSchemaTarget): string {
  const name = distribution === '' ? 'agents of unknown type' : `${distribution} ${version}`.trim();
  return `${name} (${agents} ${agents === 1 ? 'agent' : 'agents'})`;
}
