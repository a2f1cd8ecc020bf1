import {
  COMPONENT_SECTIONS,
  type ComponentSection,
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  getOwn,
  isConfigList,
  isConfigMap,
  isSensitiveKey,
} from '@drover/collector-config';
import { type Expansion, expand } from './expansion.ts';
import type { PolicyHost } from './file-paths.ts';
import type { Violation } from './host-policy.ts';
import type { Effort } from './path-pattern.ts';
import { PROGRAMS_OF, plainKey, plainType, useOf } from './place.ts';
import type { Refusal, Rules } from './rules.ts';
import { TextJudge } from './text-judge.ts';

/** Fluent Bit's words, in its YAML and in its classic format. */
const PLUGIN_SECTIONS: readonly (readonly [string, ComponentSection])[] = [
  ['inputs', 'receivers'],
  ['filters', 'processors'],
  ['processors', 'processors'],
  ['outputs', 'exporters'],
];

/** What the supervisor adds itself. */
const OWN_EXTENSION = 'opamp';

export interface ConfigWalkOptions {
  readonly rules: Rules;
  readonly host: PolicyHost;
  readonly effort: Effort;
  /** Ends the walk. */
  readonly most: number;
}

/** Takes every component and every text of a configuration to the rules of one policy. */
export class ConfigWalk {
  readonly #rules: Rules;
  readonly #host: PolicyHost;
  readonly #most: number;
  readonly #texts: TextJudge;
  readonly #found: Violation[] = [];

  constructor({ rules, host, effort, most }: ConfigWalkOptions) {
    this.#rules = rules;
    this.#host = host;
    this.#most = most;
    this.#texts = new TextJudge(rules, host, effort);
  }

  violations(merged: ConfigMap, local: ConfigMap): readonly Violation[] {
    this.#map(merged, local, []);
    return this.#found;
  }

  #map(map: ConfigMap, local: ConfigValue | undefined, path: ConfigPath): void {
    const own = isConfigMap(local) ? local : {};
    for (const [key, value] of Object.entries(map)) {
      if (this.#found.length >= this.#most) return;
      const place = [...path, key];
      const ownValue = getOwn(own, key);
      if (isSection(key) && path[0] !== 'service') this.#components(key, value, ownValue, place);
      const pluginSection = pluginSectionOf(key);
      if (pluginSection !== undefined) this.#plugins(pluginSection, value, place);
      if (ownValue === undefined) this.#say(place, this.#texts.key(key));
      this.#value(value, ownValue, place, map);
    }
  }

  #value(value: ConfigValue, local: ConfigValue | undefined, path: ConfigPath, beside: ConfigMap): void {
    if (isConfigMap(value)) this.#map(value, local, path);
    else if (isConfigList(value)) {
      const own = isConfigList(local) ? local : [];
      for (const [index, item] of value.entries()) {
        if (this.#found.length >= this.#most) return;
        this.#value(item, own[index], [...path, index], beside);
      }
    } else if (typeof value === 'string' && value !== local) this.#text(value, path, beside);
  }

  /** A receiver that makes receivers (receiver_creator) has such a section inside it. */
  #components(
    section: ComponentSection,
    value: ConfigValue,
    local: ConfigValue | undefined,
    path: ConfigPath,
  ) {
    if (!isConfigMap(value)) return;
    const own = isConfigMap(local) ? local : {};
    for (const id of Object.keys(value)) {
      if (Object.hasOwn(own, id) || (section === 'extensions' && id === OWN_EXTENSION)) continue;
      this.#say([...path, id], this.#rules.components[section].judge(id, `"${id}"`));
      const program = PROGRAMS_OF.get(plainType(id));
      if (program !== undefined) this.#say([...path, id], this.#texts.program(program));
    }
  }

  /** Fluent Bit lists its plugins, each with its type as its name. */
  #plugins(section: ComponentSection, value: ConfigValue, path: ConfigPath): void {
    const plugins = isConfigList(value) ? value : [value];
    for (const [index, plugin] of plugins.entries()) {
      if (!isConfigMap(plugin)) continue;
      for (const [key, type] of Object.entries(plugin)) {
        if (key.toLowerCase() !== 'name' || typeof type !== 'string') continue;
        const place = [...path, index, key];
        this.#say(place, this.#rules.components[section].judge(type, JSON.stringify(type)));
        const program = PROGRAMS_OF.get(plainType(type));
        if (program !== undefined) this.#say(place, this.#texts.program(program));
      }
    }
  }

  #text(text: string, path: ConfigPath, beside: ConfigMap): void {
    const expansion = expand(text, this.#host);
    this.#references(expansion, path);
    if (this.#rules.isPlainText(path)) return;
    const use = useOf(path);
    if (expansion.hasBareVariable && use !== 'unknown' && use !== 'plain') {
      const why = 'some Collectors take $NAME for a variable and some do not; write ${env:NAME}';
      this.#refuse(path, text, why);
      return;
    }
    for (const each of expansion.texts ?? []) this.#say(path, this.#texts.judge(each, use, path, beside));
  }

  #references(expansion: Expansion, path: ConfigPath): void {
    for (const reference of expansion.references) {
      switch (reference.kind) {
        case 'environment':
          this.#say(path, this.#rules.environment.judge(reference.name, `the variable ${reference.name}`));
          break;
        case 'file': {
          this.#say(path, this.#texts.file(reference.path, 'read'));
          const why = 'what the file holds is not known, and could be more than a secret here';
          if (!isHarmlessWhatever(path, expansion)) this.#refuse(path, reference.path, why);
          break;
        }
        case 'unseen':
          this.#refuse(path, reference.text, reference.why);
          break;
      }
    }
  }

  #refuse(path: ConfigPath, text: string, why: string): void {
    this.#say(path, { rule: this.#rules.path, because: `${shown(text)} cannot be judged: ${why}` });
  }

  #say(path: ConfigPath, refusal: Refusal | undefined): void {
    if (refusal === undefined || this.#found.length >= this.#most) return;
    this.#found.push({ rule: refusal.rule, path, message: refusal.because });
  }
}

function isSection(key: string): key is ComponentSection {
  return Object.hasOwn(COMPONENT_SECTIONS, key);
}

/** Of its section names Fluent Bit takes any beginning for the whole. */
function pluginSectionOf(key: string): ComponentSection | undefined {
  const word = key.toLowerCase();
  return word === '' ? undefined : PLUGIN_SECTIONS.find(([name]) => name.startsWith(word))?.[1];
}

/** A secret out of a file: alone where only a secret can stand, or behind a word such as Bearer. */
function isHarmlessWhatever(path: ConfigPath, { isReferenceAlone, prefix }: Expansion): boolean {
  const key = plainKey(path);
  if (isReferenceAlone) return isSensitiveKey(key) || key.endsWith('_pem');
  return useOf(path) === 'unknown' && /^[A-Za-z][A-Za-z0-9_-]*\s+$/.test(prefix);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
