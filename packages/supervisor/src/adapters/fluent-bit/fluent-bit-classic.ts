import type { ConfigMap, ConfigValue } from '@drover/collector-config';
import {
  isLockedKey,
  type LockedService,
  lockedService,
  mayRepeat,
  plainServiceKey,
} from './fluent-bit-service.ts';

/** A file of the classic format, cut in two: the entries of its service sections, and all the rest as it stands. */
export interface ClassicParts {
  readonly service: readonly ClassicEntry[];
  readonly rest: string;
}

interface ClassicEntry {
  readonly key: string;
  readonly value: string;
}

/** True for text whose first line that says something opens a section or is a command. YAML that Fluent Bit reads begins otherwise. */
export function isClassic(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return first !== undefined && /^[[@]/.test(first);
}

export function cutClassic(text: string): ClassicParts {
  const service: ClassicEntry[] = [];
  const rest: string[] = [];
  let inService = false;
  for (const line of text.split(/\r?\n/)) {
    const section = sectionOf(line);
    if (section !== undefined) inService = isServiceName(section);
    // A command stands outside of sections, wherever it is written.
    if (section === undefined && inService && !line.startsWith('@')) service.push(...entriesOf(line));
    else if (section === undefined || !inService) rest.push(line);
  }
  return { service, rest: rest.join('\n') };
}

/** The service section of several files in one, with what belongs to the supervisor. Later files win. */
export function classicService(parts: readonly ClassicParts[], locked: LockedService): string {
  let entries: readonly ClassicEntry[] = [];
  for (const { service } of parts) {
    const own = new Set(service.filter(({ key }) => !mayRepeat(key)).map(({ key }) => plainServiceKey(key)));
    entries = [...entries.filter(({ key }) => !own.has(plainServiceKey(key))), ...service];
  }
  const lines = [
    ...entries.filter(({ key }) => !isLockedKey(key)).map(({ key, value }) => [key, value] as const),
    ...lockedService(locked),
  ];
  return `[SERVICE]\n${lines.map(([key, value]) => `    ${key} ${value}\n`).join('')}\n`;
}

/** The sections as data, for a judge to read: each kind with the list of its sections. */
export function classicData(text: string): ConfigMap {
  const kinds = new Map<string, ConfigValue[]>();
  const add = (kind: string, value: ConfigValue) => kinds.set(kind, [...(kinds.get(kind) ?? []), value]);
  let kind: string | undefined;
  let entries = new Map<string, ConfigValue>();
  const close = () => {
    if (kind !== undefined) add(kind, Object.fromEntries(entries));
    entries = new Map();
  };
  for (const line of text.split(/\r?\n/)) {
    const section = sectionOf(line);
    if (section !== undefined) {
      close();
      kind = section.toLowerCase();
    } else if (line.startsWith('@')) {
      const [command = '', ...words] = line.slice(1).trim().split(/\s+/);
      const isInclude = command.toLowerCase() === 'include';
      add(command.toLowerCase(), isInclude ? { path: words.join(' ') } : words.join(' '));
    } else {
      for (const { key, value } of entriesOf(line)) {
        const before = entries.get(key.toLowerCase());
        entries.set(key.toLowerCase(), before === undefined ? value : [before, value].flat());
      }
    }
  }
  close();
  return Object.fromEntries(kinds);
}

function sectionOf(line: string): string | undefined {
  return /^\[([^\]]*)\]/.exec(line)?.[1];
}

/** Fluent Bit takes the beginning of a section's name for the whole of it. */
function isServiceName(name: string): boolean {
  return 'service'.startsWith(name.toLowerCase());
}

function entriesOf(line: string): readonly ClassicEntry[] {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  const [, key = trimmed, value = ''] = /^(\S+)\s+(.*)$/.exec(trimmed) ?? [];
  return [{ key, value }];
}
