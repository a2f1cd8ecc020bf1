import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../lib/hash.ts';

const PLACES = [
  '../../../console/dist/site/',
  '../../console/dist/site/',
  '../../../console/dist/',
  './console/',
];
const BUILD_CHARS = 16;

/** The folder of the built console, beside the server's package or its bundle; undefined while it is not built. */
function findConsole(): string | undefined {
  return PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((folder) =>
    existsSync(join(folder, 'index.html')),
  );
}

/** The way from a page's path to the console's root, so that it works behind any prefix. */
function baseOf(path: string): string {
  const depth = path.split('/').length - 2;
  return depth > 0 ? '../'.repeat(depth) : './';
}

/** The console as it is built now. It may be built, or another one put in its place, while the server runs. */
export class ConsoleFiles {
  #folder: string | undefined;
  #text = '';
  #build = '';
  #changedAtMs = 0;

  constructor(folder?: string) {
    this.#folder = folder;
  }

  /** Undefined while nothing is built. */
  folder(): string | undefined {
    this.#folder ??= findConsole();
    return this.#folder;
  }

  /** Names what is served: `index.html` names all other files by their content. Undefined while nothing is built. */
  build(): string | undefined {
    return this.#read() ? this.#build : undefined;
  }

  /** The page for this path; undefined while nothing is built. */
  page(requestPath: string, nonce: string): string | undefined {
    if (!this.#read()) return undefined;
    return this.#text
      .replaceAll('__CSP_NONCE__', nonce)
      .replaceAll('__DROVER_BUILD__', this.#build)
      .replace(/<base href="[^"]*"/, () => `<base href="${baseOf(requestPath)}"`);
  }

  #read(): boolean {
    const folder = this.folder();
    const path = folder === undefined ? undefined : join(folder, 'index.html');
    const changedAtMs = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (path === undefined || changedAtMs === undefined) return false;
    if (changedAtMs !== this.#changedAtMs) {
      this.#text = readFileSync(path, 'utf8');
      this.#build = sha256Hex(this.#text).slice(0, BUILD_CHARS);
      this.#changedAtMs = changedAtMs;
    }
    return true;
  }
}
