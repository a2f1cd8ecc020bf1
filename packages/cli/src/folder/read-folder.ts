import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ConfigFormat,
  ConfigFormatSchema,
  ConfigNameSchema,
  ConfigRoleSchema,
  type RolloutStrategy,
} from '@drover/api';
import { parse } from 'yaml';
import { configNameOf, readConfigFiles } from '../config-files.ts';
import { usageError } from '../failure.ts';
import { checkStrategy } from '../rollout-strategy.ts';
import { parseStackItem, type StackItem } from '../rollout-target.ts';
import type { Terminal } from '../terminal.ts';

/** The file that says which agents run what. */
export const MANIFEST = 'drover.yaml';
export const CONFIGS_FOLDER = 'configs';

export interface FolderConfig {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
  readonly description?: string;
  readonly format?: ConfigFormat;
  readonly role?: string;
}

export interface FolderAssignment {
  readonly selector: string;
  /** The whole stack, or the one layer that takes its own place in each stack that holds it. */
  readonly configs: readonly StackItem[];
  readonly replaces: 'stack' | 'layer';
  readonly strategy: RolloutStrategy;
}

/** What a folder says of configurations and of who runs them. */
export interface Folder {
  readonly configs: readonly FolderConfig[];
  /** In order: where two match an agent, the later one holds. */
  readonly assignments: readonly FolderAssignment[];
}

type Extra = Pick<FolderConfig, 'description' | 'format' | 'role'> & { readonly contentType?: string };

/** Reads `configs/*` and `drover.yaml`. Everything that is wrong is refused, each with its place. */
export async function readFolder(path: string, terminal: Pick<Terminal, 'readInput'>): Promise<Folder> {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw usageError(`${path} is no folder.`);
  const folder = join(path, CONFIGS_FOLDER);
  const manifest = readManifest(join(path, MANIFEST));
  if (!existsSync(folder) && manifest === undefined)
    throw usageError(`${path} has neither a folder ${CONFIGS_FOLDER} nor a file ${MANIFEST}.`);
  const files = existsSync(folder) ? await readConfigFiles([folder], terminal) : [];
  const { extras, assignments } = manifest ?? { extras: new Map<string, Extra>(), assignments: [] };
  const configs = files.map((file): FolderConfig => {
    const name = configNameOf(file, undefined);
    return { name, ...file, ...extras.get(name) };
  });
  const twice = configs.find(({ name }, at) => configs.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined)
    throw usageError(`Two files of ${folder} are for the configuration "${twice.name}".`);
  const unknown = [...extras.keys()].find((name) => !configs.some((config) => config.name === name));
  if (unknown !== undefined)
    throw usageError(`${join(path, MANIFEST)}: configs.${unknown}: ${folder} has no file of that name.`);
  return { configs, assignments };
}

function readManifest(path: string) {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const problems: string[] = [];
  const manifest = mapOf(value ?? {}, path, problems, ['configs', 'assignments']);
  const extras = new Map<string, Extra>();
  for (const [name, extra] of Object.entries(mapOf(manifest.configs ?? {}, 'configs', problems)))
    extras.set(name, readExtra(name, extra, problems));
  const listed = manifest.assignments ?? [];
  if (!Array.isArray(listed)) problems.push('assignments: expected a list');
  const assignments = (Array.isArray(listed) ? listed : []).flatMap((item, at) =>
    readAssignment(item, at, problems),
  );
  if (problems.length > 0)
    throw usageError(
      `${path} is not as it should be:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  return { extras, assignments };
}

function readExtra(name: string, value: unknown, problems: string[]): Extra {
  const where = `configs.${name}`;
  if (!ConfigNameSchema.safeParse(name).success) problems.push(`${where}: no name of a configuration`);
  const map = mapOf(value ?? {}, where, problems, ['description', 'contentType', 'format', 'role']);
  const extra: { -readonly [key in keyof Extra]: Extra[key] } = {};
  const text = (key: 'description' | 'contentType' | 'role'): string | undefined => {
    const given = map[key];
    if (given !== undefined && typeof given !== 'string') problems.push(`${where}.${key}: expected a text`);
    return typeof given === 'string' ? given : undefined;
  };
  const [description, contentType, role] = [text('description'), text('contentType'), text('role')];
  if (description !== undefined) extra.description = description;
  if (contentType !== undefined) extra.contentType = contentType;
  if (role !== undefined && ConfigRoleSchema.safeParse(role).success) extra.role = role;
  if (map.format !== undefined) {
    const format = ConfigFormatSchema.safeParse(map.format);
    if (format.success) extra.format = format.data;
    else
      problems.push(
        `${where}.format: "${String(map.format)}" is none of ${ConfigFormatSchema.options.join(', ')}`,
      );
  }
  return extra;
}

function readAssignment(value: unknown, at: number, problems: string[]): FolderAssignment[] {
  const where = `assignments[${at}]`;
  const map = mapOf(value, where, problems, ['selector', 'configs', 'layer', 'strategy']);
  if (typeof map.selector !== 'string') {
    problems.push(`${where}.selector: expected a selector ("" is every agent)`);
    return [];
  }
  const isLayer = map.layer !== undefined && map.configs === undefined;
  if (!isLayer && (map.layer !== undefined || !Array.isArray(map.configs) || map.configs.length === 0)) {
    problems.push(
      `${where}.configs: expected a list of names, such as [base, region-eu@3], or "layer" with one name instead`,
    );
    return [];
  }
  const items: readonly unknown[] = isLayer ? [map.layer] : (map.configs as readonly unknown[]);
  try {
    const configs = items.map((item) => parseStackItem(String(item), isLayer ? 'layer' : 'configs'));
    const strategy =
      map.strategy === undefined
        ? { kind: 'all' as const }
        : checkStrategy(map.strategy, `${where}.strategy`);
    return [{ selector: map.selector, configs, strategy, replaces: isLayer ? 'layer' : 'stack' }];
  } catch (error) {
    problems.push(`${where}.${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function mapOf(
  value: unknown,
  where: string,
  problems: string[],
  known?: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${where}: expected a map`);
    return {};
  }
  for (const key of Object.keys(value)) {
    if (known !== undefined && !known.includes(key))
      problems.push(`${where}: "${key}" is not known; there are ${known.join(', ')}`);
  }
  return value as Record<string, unknown>;
}
