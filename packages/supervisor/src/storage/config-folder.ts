import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from './durable-file.ts';
import { letRead, letThrough } from './file-access.ts';

/** One file of a configuration as it is handed to an agent. */
export interface ComposedFile {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

/** Where the files of a configuration stand. */
export interface ConfigPlace {
  readonly folder: string;
  /** Name of the file in it that the program is pointed at. */
  readonly main: string;
  /** Nothing but these files is in the folder: what else is found there is removed. */
  readonly isExclusive: boolean;
  /** Group of an agent that runs as another user, which may read the files; undefined: nobody but this user. */
  readonly readers: number | undefined;
  /** Where others have files in the folder too: a file elsewhere that lists those that were put there, so that no other is overwritten or removed. */
  readonly listFile?: string;
}

/** Full path of the file that the program is pointed at. */
export function mainFile({ folder, main }: ConfigPlace): string {
  return join(folder, main);
}

const MAX_NAME_LENGTH = 128;

/**
 * True for a name that is one file in one folder on every system: no separators, no `..`, nothing hidden, no device.
 * Names of remote files come from the network.
 */
export function isPlainFileName(name: string): boolean {
  return (
    name.length <= MAX_NAME_LENGTH &&
    /^[A-Za-z0-9_](?:[A-Za-z0-9._ -]*[A-Za-z0-9_-])?$/.test(name) &&
    !/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)
  );
}

/** Names of these files that are taken at the place by files that were not put there. */
export function foreignFiles(files: readonly ComposedFile[], place: ConfigPlace): readonly string[] {
  if (place.listFile === undefined) return [];
  const own = new Set(listedNames(place.listFile));
  return files
    .map(({ name }) => name)
    .filter((name) => !own.has(name) && existsSync(join(place.folder, name)));
}

/** Writes the files to their place; each is whole at any moment, and one that is the same already is not touched. */
export function placeFiles(files: readonly ComposedFile[], place: ConfigPlace): void {
  const { folder, isExclusive, listFile, readers } = place;
  for (const { name } of files) {
    if (!isPlainFileName(name)) throw new Error(`"${name}" is no name for a file of a configuration`);
  }
  const [foreign] = foreignFiles(files, place);
  if (foreign !== undefined)
    throw new Error(`${join(folder, foreign)} is not overwritten: others put it there`);
  if (!existsSync(folder)) makeFolder(folder);
  const wanted = files.map(({ name }) => name);
  const before = listFile === undefined ? [] : listedNames(listFile);
  // Listed before they are there: whoever comes after a sudden end must know them as ours.
  if (listFile !== undefined) writeList(listFile, [...new Set([...before, ...wanted])]);
  for (const { name, body } of files) {
    const path = join(folder, name);
    if (!existsSync(path) || !readFileSync(path).equals(Buffer.from(body))) replaceFile(path, body);
    if (readers !== undefined) letRead(path, readers);
  }
  // A folder that others use is theirs to open.
  if (readers !== undefined && listFile === undefined) letThrough(folder, [readers]);
  const leftovers = isExclusive ? readdirSync(folder) : before;
  for (const name of leftovers) {
    if (!wanted.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  if (listFile !== undefined) writeList(listFile, wanted);
}

function listedNames(listFile: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(readFileSync(listFile, 'utf8'));
    return Array.isArray(names)
      ? names.filter((name) => typeof name === 'string' && isPlainFileName(name))
      : [];
  } catch {
    return [];
  }
}

function writeList(listFile: string, names: readonly string[]): void {
  const text = JSON.stringify(names);
  if (!existsSync(listFile) || readFileSync(listFile, 'utf8') !== text) replaceFile(listFile, text);
}

/** What stands at the place: its main file, and those beside it that were put there. A file that cannot be read is left out. */
export function placedFiles({ folder, main, isExclusive, listFile }: ConfigPlace): readonly ComposedFile[] {
  const inFolder = isExclusive && existsSync(folder) ? readdirSync(folder) : [];
  const names = listFile === undefined ? inFolder : listedNames(listFile);
  return [main, ...names.filter((name) => name !== main)].flatMap((name) => {
    try {
      return [{ name, body: readFileSync(join(folder, name)), contentType: contentTypeOf(name) }];
    } catch {
      return [];
    }
  });
}

/** As far as the name tells. */
export function contentTypeOf(name: string): string {
  if (/\.ya?ml$/i.test(name)) return 'text/yaml';
  return /\.json$/i.test(name) ? 'application/json' : 'text/plain';
}

/** What files are called that a composition brings along beside its configuration. */
const COMPANION = /^own-[a-z]+-[a-z]+\.pem$/;

/** The companions that stand at the place. */
export function placedCompanions({ folder }: ConfigPlace): readonly ComposedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => COMPANION.test(name))
    .map((name) => ({ name, body: readFileSync(join(folder, name)), contentType: contentTypeOf(name) }));
}

/** Removes companions of earlier compositions: they hold keys that nothing needs any more. */
export function removeCompanions(folder: string, wanted: readonly ComposedFile[]): void {
  for (const name of readdirSync(folder)) {
    if (COMPANION.test(name) && !wanted.some((file) => file.name === name))
      rmSync(join(folder, name), { force: true });
  }
}

/** What is made all at once says of a read-only disk that a folder is missing. */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { mode: 0o700 });
}
