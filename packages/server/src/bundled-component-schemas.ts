import { readdirSync, readFileSync } from 'node:fs';
import { type ComponentSchemas, readComponentSchemas } from '@drover/collector-config';

/** From sources and built this file is one folder down. */
const FOLDER = new URL('../schemas/', import.meta.url);

/** The component schemas that come with this server (`npm run schemas` makes them). */
export function bundledComponentSchemas(): readonly ComponentSchemas[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const read = readComponentSchemas(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
      if (read.kind === 'invalid') throw new Error(`${name}: ${read.pointer}: ${read.problem}`);
      return read.schemas;
    });
}
