import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { CONFIG_BODY_MAX_BYTES, ConfigNameSchema } from '@drover/api';
import { usageError } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** A configuration as a file holds it. */
export interface ConfigFile {
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.yaml': 'text/yaml',
  '.yml': 'text/yaml',
  '.json': 'application/json',
  '.conf': 'text/plain',
};

function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'text/yaml';
}

/** A folder stands for the configuration files directly in it, in the order of their names. */
function filesOf(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw usageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFolder) return [path];
  const files = readdirSync(path)
    .filter((name) => !name.startsWith('.') && extname(name).toLowerCase() in CONTENT_TYPES)
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) {
    throw usageError(`${path} has no configuration file (${Object.keys(CONTENT_TYPES).join(', ')}).`);
  }
  return files;
}

function decoded(bytes: Uint8Array, path: string): string {
  if (bytes.length > CONFIG_BODY_MAX_BYTES) {
    throw usageError(`${path} has ${bytes.length} bytes; a configuration may have ${CONFIG_BODY_MAX_BYTES}.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw usageError(`${path} is not UTF-8 text: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Reads files, folders and, for `-`, standard input. */
export async function readConfigFiles(
  paths: readonly string[],
  terminal: Pick<Terminal, 'readInput'>,
): Promise<ConfigFile[]> {
  const files: ConfigFile[] = [];
  for (const path of paths) {
    if (path === '-') {
      const bytes = Buffer.from(await terminal.readInput(), 'utf8');
      files.push({
        path: 'standard input',
        body: decoded(bytes, 'standard input'),
        contentType: 'text/yaml',
      });
      continue;
    }
    for (const file of filesOf(path)) {
      let bytes: Uint8Array;
      try {
        bytes = readFileSync(file);
      } catch (error) {
        throw usageError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
      }
      files.push({ path: file, body: decoded(bytes, file), contentType: contentTypeOf(file) });
    }
  }
  return files;
}

/** The configuration's name: `--name`, else the file's name without its ending. */
export function configNameOf(file: ConfigFile, name: string | undefined): string {
  const isInput = file.path === 'standard input';
  if (name === undefined && isInput) throw usageError('Standard input has no name: give --name.');
  const chosen = name ?? basename(file.path, extname(file.path));
  if (!ConfigNameSchema.safeParse(chosen).success) {
    throw usageError(
      `"${chosen}" is no configuration name${name === undefined ? ` (from ${file.path}; --name gives another)` : ''}: lower-case letters, digits, ".", "_" and "-", beginning and ending with a letter or digit, at most 63.`,
    );
  }
  return chosen;
}
