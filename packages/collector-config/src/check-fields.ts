import { componentType } from './component-id.ts';
import type { ComponentSchemas, FieldSchema } from './component-schemas.ts';
import {
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  formatPath,
  getOwn,
  isConfigList,
  isConfigMap,
} from './config-data.ts';
import { type FieldIssue, mergeFieldIssues } from './field-issues.ts';
import { valueProblem } from './field-value.ts';
import { type Finding, MAX_FINDINGS, type Severity } from './finding.ts';
import { findingsAt } from './findings-at.ts';
import { isExpandedLater } from './kind-of.ts';
import type { ParsedConfig } from './parse.ts';
import { COMPONENT_SECTIONS, configuredIds, SECTION_NAMES } from './sections.ts';
import { didYouMean } from './suggest.ts';

/** So many values of one configuration are looked at; a text of aliases may stand for more. */
const MAX_CHECKED_VALUES = 200_000;
/** So many findings may say what was not checked: they must not push out what is wrong. */
const MAX_UNCHECKED = 40;
const MAX_REFERENCES = 16;
const MAX_SENTENCE_CHARS = 160;
/** Keys with more separators are refused by their depth. */
const MAX_STEPS = 100;
const SEPARATOR = '::';

/** What a configuration is held against. */
export interface FieldTarget {
  readonly schemas: ComponentSchemas;
  /**
   * False where the schemas are those of another version than the target's, or the target is not known: a Collector
   * may take what they do not have, so that there are warnings in the place of errors.
   */
  readonly isCertain: boolean;
}

/**
 * Holds a configuration's settings against the schemas of the targets' distributions and versions: unknown fields,
 * values of another type or outside an enum, deprecated fields, and as `info` what is not known and so was not checked.
 * What is found for several is said once, with their names. Names of components and pipelines are for
 * `checkCollectorConfig`. Never throws; ordered by place, at most `MAX_FINDINGS`.
 */
export function checkFields(parsed: ParsedConfig, targets: readonly FieldTarget[]): readonly Finding[] {
  const found = targets.map(({ schemas, isCertain }) => {
    const checker = new FieldsChecker(schemas, isCertain);
    checker.check(parsed.data);
    return { build: `${schemas.distribution} ${schemas.version}`, issues: checker.issues };
  });
  return findingsAt(parsed, mergeFieldIssues(found));
}

class FieldsChecker {
  readonly issues: FieldIssue[] = [];
  readonly #schemas: ComponentSchemas;
  readonly #isCertain: boolean;
  /** Paths without list places: of many entries of a list the first speaks for all. */
  readonly #unchecked = new Set<string>();
  #values = 0;
  #wrong = 0;

  constructor(schemas: ComponentSchemas, isCertain: boolean) {
    this.#schemas = schemas;
    this.#isCertain = isCertain;
  }

  check(config: ConfigMap): void {
    for (const section of SECTION_NAMES) {
      const types = this.#schemas.components[section];
      for (const id of configuredIds(config, section)) {
        const type = componentType(id);
        const schema = types !== undefined && Object.hasOwn(types, type) ? types[type] : undefined;
        const path = [section, id];
        if (schema === undefined) {
          this.#notChecked(path, `no schema is known for ${COMPONENT_SECTIONS[section]} "${type}" in `);
          continue;
        }
        if (schema.deprecated === true)
          this.#deprecated(path, `${COMPONENT_SECTIONS[section]} "${type}"`, schema);
        const settings = getOwn(config[section] as ConfigMap, id) ?? null;
        // What else stands there is told by the check of the structure.
        if (isConfigMap(settings)) this.#value(schema, settings, path, schema);
      }
    }
    const service = getOwn(config, 'service');
    if (this.#schemas.service !== undefined && isConfigMap(service))
      this.#value(this.#schemas.service, service, ['service'], this.#schemas.service);
  }

  #value(reference: FieldSchema, value: ConfigValue, path: ConfigPath, root: FieldSchema): void {
    this.#values += 1;
    if (this.#values > MAX_CHECKED_VALUES) {
      if (this.#values === MAX_CHECKED_VALUES + 1)
        this.#notChecked(path.slice(0, 2), `what comes after the first ${MAX_CHECKED_VALUES} values, by `);
      return;
    }
    const schema = resolve(reference, root);
    const isKnown = schema['x-unchecked'] !== true;
    if (isKnown) {
      const problem = valueProblem(schema, value);
      if (problem !== undefined) {
        this.#wrongHere(path, 'value', `${formatPath(path)}: ${problem} in `, '');
        return;
      }
    } else if (schema.properties === undefined && schema.items === undefined) {
      const isNested = (isConfigMap(value) && Object.keys(value).length > 0) || isConfigList(value);
      if (isNested) this.#notChecked(path, `${formatPath(path)} is not described by `);
      return;
    }
    if (isConfigMap(value)) this.#map(schema, value, path, root);
    else if (isConfigList(value) && schema.items !== undefined) {
      for (const [index, item] of value.entries()) this.#value(schema.items, item, [...path, index], root);
    }
  }

  #map(schema: FieldSchema, map: ConfigMap, path: ConfigPath, root: FieldSchema): void {
    for (const [key, value] of Object.entries(map)) {
      const keyPath = [...path, key];
      const field = this.#field(schema, key, keyPath, path, root);
      if (field !== undefined) this.#value(field, value, keyPath, root);
    }
  }

  /** What a key holds, after findings on its name; a key such as `tls::insecure` is a map in a map. */
  #field(
    schema: FieldSchema,
    key: string,
    keyPath: ConfigPath,
    path: ConfigPath,
    root: FieldSchema,
  ): FieldSchema | undefined {
    let at = schema;
    for (const step of key.split(SEPARATOR, MAX_STEPS)) {
      const field = getField(at, step);
      if (field === undefined) {
        this.#unknown(at, step, keyPath, path);
        return undefined;
      }
      at = resolve(field, root);
      if (at.deprecated === true) this.#deprecated(keyPath, `field "${step}"`, at);
    }
    return at;
  }

  #unknown(schema: FieldSchema, key: string, keyPath: ConfigPath, path: ConfigPath): void {
    if (isExpandedLater(key)) return;
    const names = Object.keys(schema.properties ?? {});
    const suggestion = didYouMean(key, names);
    const where = formatPath(path);
    if (schema.additionalProperties === false) {
      const known = suggestion === '' && names.length > 0 ? `; there are ${listed(names)}` : suggestion;
      this.#wrongHere(keyPath, 'key', `${where}: unknown field "${key}" in `, known);
    } else if (schema['x-unchecked'] === true) {
      if (suggestion === '') {
        this.#notChecked(keyPath, `field "${key}" of ${where} is not described by `);
        return;
      }
      const before = `${where}: "${key}" is not a known field in `;
      this.#add('warning', keyPath, 'key', before, `, which may ignore it${suggestion}`);
    }
  }

  #deprecated(path: ConfigPath, what: string, { description }: FieldSchema): void {
    const reason = description === undefined ? '' : `: ${sentence(description)}`;
    this.#add('warning', path, 'key', `${what} is deprecated in `, reason);
  }

  #wrongHere(path: ConfigPath, at: 'key' | 'value', before: string, after: string): void {
    this.#add(this.#isCertain ? 'error' : 'warning', path, at, before, after);
  }

  #notChecked(path: ConfigPath, before: string): void {
    const place = path.map((step) => (typeof step === 'number' ? '' : step)).join(SEPARATOR);
    if (this.#unchecked.has(place) || this.#unchecked.size >= MAX_UNCHECKED) return;
    this.#unchecked.add(place);
    this.issues.push({ severity: 'info', path, at: 'key', before: `not checked: ${before}`, after: '' });
  }

  #add(severity: Severity, path: ConfigPath, at: 'key' | 'value', before: string, after: string): void {
    this.#wrong += 1;
    if (this.#wrong <= MAX_FINDINGS) this.issues.push({ severity, path, at, before, after });
  }
}

/** What a map's key holds: a property, or what all others hold; undefined where nothing is said of it. */
function getField(schema: FieldSchema, key: string): FieldSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Follows `$ref` within the component; what leads nowhere allows everything. */
function resolve(schema: FieldSchema, root: FieldSchema): FieldSchema {
  let at = schema;
  for (let hops = 0; at.$ref !== undefined; hops += 1) {
    const name = at.$ref.slice('#/$defs/'.length);
    const target = root.$defs !== undefined && Object.hasOwn(root.$defs, name) ? root.$defs[name] : undefined;
    if (target === undefined || hops >= MAX_REFERENCES) return { 'x-unchecked': true };
    const { $ref: _, ...own } = at;
    at = { ...target, ...own };
  }
  return at;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}

/** The start of a description, up to the end of a sentence where that is near; without the word itself in front. */
function sentence(description: string): string {
  const text = description.replace(/^\[?Deprecated\]?:?\s*/i, '');
  const end = text.search(/\.(?:\s|$)/);
  const first = end < 0 ? text : text.slice(0, end);
  return first.length > MAX_SENTENCE_CHARS ? `${first.slice(0, MAX_SENTENCE_CHARS)}…` : first;
}
