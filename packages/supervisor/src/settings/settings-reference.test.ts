import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsFileSchema } from './settings-file.ts';

const REFERENCE = new URL('../../../../docs/reference/supervisor.md', import.meta.url);

interface SchemaNode {
  readonly _zod: {
    readonly def: {
      readonly shape?: Readonly<Record<string, SchemaNode>>;
      readonly innerType?: SchemaNode;
      /** Of a map whose keys the operator chooses. */
      readonly keyType?: SchemaNode;
      readonly valueType?: SchemaNode;
      /** Of a choice. */
      readonly options?: readonly SchemaNode[];
    };
  };
}

/** Every key of the schema, as a path; keys that only group others are left out. A name that the operator chooses is `<name>`. */
function keysOf(schema: SchemaNode, path: readonly string[] = []): string[] {
  const { shape, innerType, valueType, options } = schema._zod.def;
  if (path[0] === 'agents' && path.length === 1 && valueType !== undefined) {
    return keysOf(valueType, [...path, '<name>']);
  }
  if (innerType !== undefined) return keysOf(innerType, path);
  if (path.length === 2 && options !== undefined) return options.flatMap((option) => keysOf(option, path));
  if (shape === undefined) return [path.join('.')];
  return Object.entries(shape).flatMap(([key, value]) => keysOf(value, [...path, key]));
}

test('the reference names every key that is read, and no other', () => {
  const [keys = ''] = readFileSync(REFERENCE, 'utf8').split('## The storage folder');
  const named = [
    ...keys.matchAll(
      /`((?:server|agent|agents\.<name>|capabilities|policy|storage|telemetry|healthcheck)\.[a-z_.]+|extensions)`/g,
    ),
  ].map(([, key]) => key ?? '');
  const read = keysOf(settingsFileSchema as unknown as SchemaNode);
  // One of several agents has the keys of the single one: the reference says so, and lists the others.
  const own = read.filter(
    (key) => !read.includes(key.replace(/^agents\.<name>\./, 'agent.')) || !key.startsWith('agents.'),
  );
  const listed = own.map((key) => key.replace(/^(agents\.<name>\.(?:capabilities|policy))\..*/, '$1'));
  expect([...new Set(named)].sort()).toEqual([...new Set(listed)].sort());
});
