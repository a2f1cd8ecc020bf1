import { readFileSync } from 'node:fs';
import type { ComponentSchemaSummary, ComponentSchemasPut, ComponentSchemaTarget } from '@drover/api';
import type { Command } from 'commander';
import { confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { printForScripts, printJson, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

interface ListFlags extends PagingFlags {
  readonly selector?: string;
}

interface PutFlags {
  readonly distribution?: string;
  readonly distVersion?: string;
}

async function listSchemas(terminal: Terminal, flags: ListFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  if (flags.selector !== undefined) return listTargets(terminal, flags.selector, command);
  const list = await collectPages<ComponentSchemaSummary>(flags, (page) => api.listComponentSchemas(page));
  printList(terminal, format, list, {
    noun: 'component schemas',
    name: ({ distribution, version }) => `${distribution} ${version}`,
    columns: [
      { title: 'DISTRIBUTION', text: ({ distribution }) => distribution },
      { title: 'VERSION', text: ({ version }) => version },
      { title: 'ORIGIN', text: ({ origin }) => origin },
      { title: 'COMPONENTS', text: ({ components }) => String(components), isNumber: true },
      { title: 'STORED', text: ({ createdAt }) => createdAt ?? '-' },
      { title: 'BY', text: ({ author }) => author ?? '-' },
    ],
  });
}

async function listTargets(terminal: Terminal, selector: string, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const { targets } = await api.componentSchemasFor(selector);
  const list = { items: targets, total: targets.length, nextCursor: null };
  printList(terminal, format, list, {
    noun: 'agents that match',
    name: ({ distribution, version }) => `${distribution} ${version}`,
    columns: [
      { title: 'DISTRIBUTION', text: ({ distribution }) => distribution || '-' },
      { title: 'VERSION', text: ({ version }) => version || '-' },
      { title: 'AGENTS', text: ({ agents }) => String(agents), isNumber: true },
      { title: 'SCHEMAS', text: servingText },
    ],
  });
}

function servingText({ schema }: ComponentSchemaTarget): string {
  if (schema === null) return 'none known';
  return schema.match === 'exact' ? 'its own' : `${schema.version} (nearest)`;
}

async function getSchemas(terminal: Terminal, distribution: string, version: string, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const schemas = await api.getComponentSchemas(distribution, version);
  if (!printForScripts(terminal, format, schemas)) printJson(terminal, schemas);
}

async function putSchemas(terminal: Terminal, path: string, flags: PutFlags, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const document = readDocument(path, path === '-' ? await terminal.readInput() : readText(path));
  const distribution = flags.distribution ?? document.distribution;
  const version = flags.distVersion ?? document.version;
  if (distribution === undefined || version === undefined)
    throw usageError(`${path} does not say of what it is: give --distribution and --dist-version.`);
  const stored = await api.putComponentSchemas(distribution, version, { ...document, distribution, version });
  if (!printForScripts(terminal, format, stored))
    terminal.out(`${distribution} ${version}: schemas of ${stored.components} components stored\n`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What stands in it is for the server to judge. */
function readDocument(path: string, text: string): ComponentSchemasPut {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as ComponentSchemasPut;
  } catch (error) {
    throw usageError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw usageError(`${path} is no JSON object.`);
}

async function deleteSchemas(
  terminal: Terminal,
  [distribution, version]: readonly [string, string],
  flags: { yes?: boolean },
  command: Command,
) {
  const { api } = contextOf(terminal, command);
  await confirm(terminal, flags.yes, `Delete the schemas of ${distribution} ${version}?`);
  await api.deleteComponentSchemas(distribution, version);
  terminal.out(`${distribution} ${version}: deleted\n`);
}

/** `drover schemas …` */
export function addSchemaCommands(program: Command, terminal: Terminal): void {
  const schemas = program
    .command('schemas')
    .alias('schema')
    .description(
      'what settings the components of Collector distributions take; checks of configurations use them',
    );
  schemas
    .command('list')
    .alias('ls')
    .description(
      'list distributions and versions, or with a selector what its agents report and what serves for it',
    )
    .option('-l, --selector <selector>', 'for the agents that match')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: ListFlags, command: Command) => listSchemas(terminal, flags, command));
  schemas
    .command('get')
    .description('print the schemas of one version')
    .argument('<distribution>', 'as agents report it in service.name')
    .argument('<version>', 'as agents report it in service.version')
    .action((distribution: string, version: string, _flags: object, command: Command) =>
      getSchemas(terminal, distribution, version, command),
    );
  schemas
    .command('put')
    .description('store schemas, in the place of what is there for that version')
    .argument(
      '<file>',
      'JSON, as `npm run schemas` makes it of a manifest of the Collector Builder; - for input',
    )
    .option('--distribution <name>', 'another than the file says')
    .option('--dist-version <version>', 'another than the file says')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run schemas -- --manifest acme.yaml --output acme.json\n  drover schemas put acme.json\n  drover schemas get otelcol-drover 0.149.0 | drover schemas put - --distribution otelcol',
    )
    .action((path: string, flags: PutFlags, command: Command) => putSchemas(terminal, path, flags, command));
  schemas
    .command('delete')
    .alias('rm')
    .description('delete stored schemas; those that come with the server serve again')
    .argument('<distribution>')
    .argument('<version>')
    .option('-y, --yes', 'do not ask')
    .action((distribution: string, version: string, flags: { yes?: boolean }, command: Command) =>
      deleteSchemas(terminal, [distribution, version], flags, command),
    );
}
