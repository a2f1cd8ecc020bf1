import { Document } from 'yaml';
import { type ComposedFile, contentTypeOf } from '../../storage/config-folder.ts';
import { type ClassicParts, classicService, cutClassic, isClassic } from './fluent-bit-classic.ts';
import type { LockedService } from './fluent-bit-service.ts';
import { cutYaml, withService, type YamlParts, yamlService, yamlText } from './fluent-bit-yaml.ts';

export type FluentBitFormat = 'yaml' | 'classic';

/** The file that Fluent Bit is pointed at; it tells the format by the ending. */
export const MAIN_FILES: Readonly<Record<FluentBitFormat, string>> = {
  yaml: 'fluent-bit.yaml',
  classic: 'fluent-bit.conf',
};

export type FluentBitConfig =
  | {
      readonly kind: 'config';
      readonly format: FluentBitFormat;
      /** The first one is the main file. */
      readonly files: readonly ComposedFile[];
    }
  | { readonly kind: 'refused'; readonly message: string };

interface Part {
  readonly name: string;
  readonly isMain: boolean;
  readonly text: string;
}

/**
 * Makes the files of one configuration into what Fluent Bit is given. A single file is the configuration. Of several it
 * is the one without a name or called `fluent-bit.yaml`, `.yml` or `.conf`, and the others lie beside it; where there is
 * none, all that are configurations are included, in the order of their names. What belongs to the supervisor is set in
 * the one service section that is left, so that no file can say otherwise.
 */
export function fluentBitConfig(files: readonly ComposedFile[], locked: LockedService): FluentBitConfig {
  const decoder = new TextDecoder();
  const parts = files.map(
    ({ name, body }): Part => ({
      name,
      text: typeof body === 'string' ? body : decoder.decode(body),
      isMain: files.length === 1 || name === '' || /^fluent-bit\.(?:ya?ml|conf)$/i.test(name),
    }),
  );
  const mains = parts.filter(({ isMain }) => isMain);
  if (mains.length > 1) {
    const names = mains.map(({ name }) => `"${name}"`).join(' and ');
    return refused(`both ${names} would be the main file of the configuration: one at most may be called so`);
  }
  const configs = parts.filter(({ name, text, isMain }) => isMain || isConfig(name, text)).sort(byName);
  const [first] = mains.length > 0 ? mains : configs;
  if (first === undefined) return refused('none of its files is a configuration of Fluent Bit');
  const format = formatOf(first);
  const odd = configs.find((part) => formatOf(part) !== format);
  if (odd !== undefined)
    return refused(
      `"${first.name}" and "${odd.name}" are written in different formats: use one of them for all`,
    );
  const others = files.filter((file) => !configs.some(({ name }) => name === file.name));
  const composed = format === 'yaml' ? composeYaml(configs, locked) : composeClassic(configs, locked);
  if (composed.kind === 'refused') return composed;
  const names = composed.files.map(({ name }) => name);
  const taken = others.find(({ name }) => names.includes(name));
  if (taken !== undefined || new Set(names).size < names.length)
    return refused(
      `the file name "${taken?.name ?? names.join('", "')}" is needed twice: give each file its own`,
    );
  return { kind: 'config', format, files: [...composed.files, ...others] };
}

type ComposedParts =
  | { readonly kind: 'files'; readonly files: readonly ComposedFile[] }
  | { readonly kind: 'refused'; readonly message: string };

function composeYaml(configs: readonly Part[], locked: LockedService): ComposedParts {
  const cut: { part: Part; parts: YamlParts }[] = [];
  for (const part of configs) {
    const result = cutYaml(part.text, titleOf(part));
    if (result.kind === 'refused') return result;
    cut.push({ part, parts: result.parts });
  }
  const inOrder = mainLast(cut, ({ part }) => part);
  const service = yamlService(
    inOrder.map(({ parts }) => parts),
    locked,
  );
  const beside = cut.filter(({ part }) => !part.isMain);
  const main = cut.find(({ part }) => part.isMain);
  const names = beside.map(({ part }) => fileNameOf(part.name, '.yaml', /\.ya?ml$/i));
  const document = main?.parts.rest ?? new Document({ includes: names });
  return {
    kind: 'files',
    files: [
      file(MAIN_FILES.yaml, withService(document, service)),
      ...beside.map(({ parts }, index) => file(names[index] ?? '', yamlText(parts.rest))),
    ],
  };
}

function composeClassic(configs: readonly Part[], locked: LockedService): ComposedParts {
  const cut = configs.map((part): { part: Part; parts: ClassicParts } => ({
    part,
    parts: cutClassic(part.text),
  }));
  const inOrder = mainLast(cut, ({ part }) => part);
  const service = classicService(
    inOrder.map(({ parts }) => parts),
    locked,
  );
  const beside = cut.filter(({ part }) => !part.isMain);
  const main = cut.find(({ part }) => part.isMain);
  const names = beside.map(({ part }) => fileNameOf(part.name, '.conf', /\.conf$/i));
  const rest = main?.parts.rest ?? names.map((name) => `@INCLUDE ${name}\n`).join('');
  return {
    kind: 'files',
    files: [
      file(MAIN_FILES.classic, `${service}${rest}`),
      ...beside.map(({ parts }, index) => file(names[index] ?? '', parts.rest)),
    ],
  };
}

function file(name: string, body: string): ComposedFile {
  return { name, body, contentType: contentTypeOf(name) };
}

/** Fluent Bit tells the format of an included file by its ending too. */
function fileNameOf(name: string, ending: string, pattern: RegExp): string {
  return pattern.test(name) ? name : `${name}${ending}`;
}

/** Scripts, lists and other data are not touched. */
function isConfig(name: string, text: string): boolean {
  if (/\.(?:ya?ml|conf)$/i.test(name)) return true;
  return !/\.[A-Za-z]{1,5}$/.test(name) && text.trim() !== '';
}

function formatOf({ name, text }: Part): FluentBitFormat {
  if (/\.conf$/i.test(name)) return 'classic';
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  return isClassic(text) ? 'classic' : 'yaml';
}

function byName(a: Part, b: Part): number {
  return a.name < b.name ? -1 : 1;
}

/** What the main file says of the service wins over what the others say. */
function mainLast<T>(items: readonly T[], partOf: (item: T) => Part): readonly T[] {
  return [...items.filter((item) => !partOf(item).isMain), ...items.filter((item) => partOf(item).isMain)];
}

function titleOf({ name }: Part): string {
  return name === '' ? 'the configuration' : `"${name}"`;
}

function refused(message: string): { readonly kind: 'refused'; readonly message: string } {
  return { kind: 'refused', message };
}
