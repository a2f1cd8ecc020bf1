import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:\.(?:md|txt|markdown))?$/i;
const RULE = '-'.repeat(80);

/** The licences of all that is in the executable: Node.js with what is in it, and the packages that the bundle took something from. Throws for a package without one. */
export function thirdPartyNotices(metafile: Metafile): string {
  const packages = new Map<string, string[]>();
  for (const file of Object.keys(metafile.inputs).map((input) => resolve(input))) {
    const folder = packageFolder(file);
    if (folder !== undefined) packages.set(folder, [...(packages.get(folder) ?? []), file]);
  }
  const parts = [...packages].sort().map(([folder, files]) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return notice(`${manifest.name} ${manifest.version}`, licence(folder, files, manifest));
  });
  return [
    'drover-supervisor is licensed under the Apache License 2.0 (LICENSE). It contains the following.\n',
    ...parts,
    notice(`Node.js ${process.versions.node}`, nodeLicence()),
  ].join('\n');
}

function notice(title: string, text: string): string {
  return `${RULE}\n${title}\n${RULE}\n\n${text.trim()}\n`;
}

/** The folder of the installed package that a file belongs to; undefined for a file of this project. */
function packageFolder(file: string): string | undefined {
  const marker = '/node_modules/';
  const start = file.lastIndexOf(marker);
  if (start < 0) return undefined;
  const [scope = '', name = ''] = file.slice(start + marker.length).split('/');
  return join(file.slice(0, start + marker.length), scope, scope.startsWith('@') ? name : '');
}

function licence(folder: string, used: readonly string[], { name, license }: Manifest): string {
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  // Some packages say it at the head of each file instead.
  const heads = new Set(used.map(headOf).filter((head) => /copyright/i.test(head)));
  if (license === undefined || heads.size === 0) throw new Error(`${name} brings no licence: ${folder}`);
  return `License: ${license}\n\n${[...heads].join('\n\n')}`;
}

/** The comment that a source file begins with. */
function headOf(file: string): string {
  const [head = ''] = /^(?:\/\/[^\n]*\n)+/.exec(readFileSync(file, 'utf8')) ?? [];
  return head.replaceAll(/^\/\/ ?/gm, '').trim();
}

/** Beside the binary or one folder above, as its archives and packages have it. */
function nodeLicence(): string {
  const bin = dirname(process.execPath);
  const found = [join(bin, '../LICENSE'), join(bin, 'LICENSE'), '/usr/share/doc/nodejs/copyright'].find(
    existsSync,
  );
  if (found === undefined) throw new Error(`Node.js brings no LICENSE beside ${process.execPath}`);
  return readFileSync(found, 'utf8');
}
