import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './lib/run.ts';

/** Where the reference of @drover/opamp's three doors stands. */
export const API_REFERENCE = join(ROOT, 'docs/reference/opamp');

const NOTE =
  '<!-- Made by npm run generate from the docstrings of packages/opamp: change those and run it again. -->';

/**
 * Writes the API reference of @drover/opamp as Markdown to `folder`, which it empties first; what went wrong, or undefined. An
 * export, a field or a method without a docstring goes wrong, and so does a link that leads nowhere.
 */
export async function writeApiReference(folder: string = API_REFERENCE): Promise<string | undefined> {
  const typedoc = join(ROOT, 'node_modules/typedoc/bin/typedoc');
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const ended = await run(process.execPath, [typedoc, '--out', folder], {
    cwd: join(ROOT, 'packages/opamp'),
    env,
  });
  if (ended.code !== 0) return `${ended.stdout}${ended.stderr}`.trim() || 'typedoc was killed';
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.md'))) {
    const path = join(folder, name);
    writeFileSync(path, `${NOTE}\n\n${shortened(readFileSync(path, 'utf8')).trimEnd()}\n`);
  }
  return undefined;
}

const LONG_UNIONS: readonly (readonly [RegExp, string])[] = [
  [/`"[a-z_]+"`(?: \\\| `"[a-z_]+"`){20,}/g, '[`OpampErrorCode`](wire.md#opamperrorcode)'],
  [/`"ReportsStatus"`(?: \\\| `"\w+"`)+/g, '[`AgentCapabilityName`](wire.md#agentcapabilityname)'],
];
/** A constant, or a message, with all of its fields in one line. */
const LONG_DECLARATION = /^(> (?:`const` )?\*\*[\w\\]+\*\*(?:: | = `Message`.*? & ))\\\{ .*$/gm;

/** Typedoc writes out every name of a union wherever the union is meant, and all fields before the table that lists them. */
function shortened(page: string): string {
  return LONG_UNIONS.reduce((text, [union, name]) => text.replaceAll(union, name), page).replaceAll(
    LONG_DECLARATION,
    '$1`object`',
  );
}
