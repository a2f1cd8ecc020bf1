import { existsSync, readFileSync } from 'node:fs';

/** From sources or built this file is two folders down, bundled one. */
const PLACES = ['../../package.json', '../package.json'];

/** The version of this package; one for the whole of Drover. */
export function readVersion(): string {
  for (const place of PLACES) {
    const url = new URL(place, import.meta.url);
    if (!existsSync(url)) continue;
    const manifest = JSON.parse(readFileSync(url, 'utf8')) as { name: string; version: string };
    if (manifest.name === '@drover/server') return manifest.version;
  }
  throw new Error('package.json of @drover/server is not where the program is');
}
