import {
  CONFIG_FORMATS,
  type Config,
  type ConfigFormat,
  type ConfigPutResult,
  printableText,
} from '@drover/api';
import { type Command, Option } from 'commander';
import { configNameOf, readConfigFiles } from '../config-files.ts';
import { checkFiles, findingText } from '../config-findings.ts';
import { type Context, confirm, contextOf } from '../context.ts';
import { CliError, usageError } from '../failure.ts';
import { ageText } from '../output/age.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';
import { addConfigDiffCommand } from './config-diff.ts';
import { addConfigValidateCommand } from './config-validate.ts';
import { addConfigHistoryCommand } from './history.ts';

interface ApplyFlags {
  readonly file: string[];
  readonly name?: string;
  readonly description?: string;
  readonly contentType?: string;
  readonly message?: string;
  readonly format?: ConfigFormat;
  readonly role?: string;
  readonly validate: boolean;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function resultText(result: ConfigPutResult): string {
  const { number } = result.revision;
  return `${result.name}: ${result.created ? `revision ${number} created` : `unchanged (revision ${number})`}\n`;
}

async function refuseInvalid(context: Context, files: Parameters<typeof checkFiles>[1]): Promise<void> {
  const checked = await checkFiles(context.api, files, undefined);
  for (const { path, problems } of checked) {
    for (const problem of problems) context.terminal.err(findingText(path, problem, context.paint));
  }
  const invalid = checked.filter((file) => !file.valid);
  if (invalid.length === 0) return;
  const names = invalid.map((file) => file.path).join(', ');
  throw new CliError(`${names} would not run; nothing was applied. --no-validate applies it all the same.`);
}

async function applyConfigs(terminal: Terminal, flags: ApplyFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const read = await readConfigFiles(flags.file, terminal);
  if (flags.name !== undefined && read.length > 1) {
    throw usageError(`--name is for one file, and there are ${read.length}.`);
  }
  const files = read.map((file) => ({
    ...file,
    contentType: flags.contentType ?? file.contentType,
    name: configNameOf(file, flags.name),
  }));
  const twice = files.find((file, index) => files.findIndex((other) => other.name === file.name) !== index);
  if (twice !== undefined) throw usageError(`Two of the files are for the configuration "${twice.name}".`);
  if (flags.validate) await refuseInvalid(context, files);
  const results: ConfigPutResult[] = [];
  for (const { name, body, contentType } of files) {
    const { description, message, format, role } = flags;
    const result = await context.api.putConfig(name, {
      body,
      contentType,
      ...(description === undefined ? {} : { description }),
      ...(message === undefined ? {} : { message }),
      ...(format === undefined ? {} : { format }),
      ...(role === undefined ? {} : { role }),
    });
    results.push(result);
    if (context.format === 'name') terminal.out(`${name}\n`);
    else if (context.format === 'table' || context.format === 'wide') terminal.out(resultText(result));
  }
  printForScripts(terminal, context.format, { items: results });
}

async function listConfigs(terminal: Terminal, flags: PagingFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const nowMs = Date.now();
  const list = await collectPages<Config>(flags, (page) => api.listConfigs(page));
  printList(terminal, format, list, {
    noun: 'configurations',
    name: (config) => config.name,
    columns: [
      { title: 'NAME', text: (config) => config.name },
      { title: 'REVISION', text: (config) => String(config.revision.number), isNumber: true },
      { title: 'CHANGED', text: (config) => `${ageText(config.revision.createdAt, nowMs)} ago` },
      { title: 'AGENTS', text: (config) => String(config.use.assigned), isNumber: true },
      { title: 'IN SYNC', text: (config) => String(config.use.inSync), isNumber: true },
      { title: 'PENDING', text: (config) => String(config.use.pending), isNumber: true },
      { title: 'FAILED', text: (config) => String(config.use.failed), isNumber: true },
      { title: 'AUTHOR', text: (config) => config.revision.author, wide: true },
      { title: 'HASH', text: (config) => config.revision.hash.slice(0, 12), wide: true },
      { title: 'DESCRIPTION', text: (config) => config.description, wide: true },
    ],
  });
}

async function getConfig(terminal: Terminal, name: string, flags: { revision?: number }, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const config =
    flags.revision === undefined ? await api.getConfig(name) : await api.getRevision(name, flags.revision);
  if (format === 'name') return terminal.out(`${config.name}\n`);
  if (printForScripts(terminal, format, config)) return;
  // To a file or pipe the body goes byte for byte, so that what is read can be applied again.
  terminal.out(terminal.isOutputTty ? printableText(config.body) : config.body);
}

async function listRevisions(terminal: Terminal, name: string, flags: PagingFlags, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const list = await collectPages(flags, (page) => api.listRevisions(name, page));
  printList(terminal, format, list, {
    noun: 'revisions',
    name: (revision) => String(revision.number),
    columns: [
      { title: 'REVISION', text: (revision) => String(revision.number), isNumber: true },
      { title: 'CREATED', text: (revision) => revision.createdAt },
      { title: 'AUTHOR', text: (revision) => revision.author },
      { title: 'MESSAGE', text: (revision) => revision.message.split('\n')[0] ?? '' },
      { title: 'BYTES', text: (revision) => String(revision.bytes), isNumber: true },
      { title: 'HASH', text: (revision) => revision.hash.slice(0, 12) },
      { title: 'TYPE', text: (revision) => revision.contentType, wide: true },
      { title: 'FORMAT', text: (revision) => revision.format, wide: true },
      { title: 'ROLE', text: (revision) => revision.role, wide: true },
    ],
  });
}

async function deleteConfig(terminal: Terminal, name: string, flags: { yes?: boolean }, command: Command) {
  const { api } = contextOf(terminal, command);
  await confirm(terminal, flags.yes, `Delete the configuration "${name}" with all its revisions?`);
  await api.deleteConfig(name);
  terminal.out(`${name}: deleted\n`);
}

/** `drover configs …` */
export function addConfigCommands(program: Command, terminal: Terminal): void {
  const configs = program
    .command('configs')
    .alias('config')
    .description('named configurations and their revisions');
  configs
    .command('apply')
    .description('store files as configurations; the same content again makes no new revision')
    .requiredOption('-f, --file <path>', 'file, folder or "-"; may be repeated', collect)
    .option('--name <name>', "the configuration's name; the file's name when left out")
    .option('--description <text>', 'what it is for')
    .option('--content-type <type>', 'text/yaml, or by the ending: .json application/json, .conf text/plain')
    .option('-m, --message <text>', 'what was changed and why')
    .addOption(
      new Option('--format <format>', 'how the body is read; YAML is a Collector configuration').choices(
        CONFIG_FORMATS,
      ),
    )
    .option('--role <role>', 'what a supplementary file is for')
    .option('--no-validate', 'apply even where the checks find errors')
    .addHelpText(
      'after',
      '\nNothing is applied where one of the files has an error. Agents change only by a rollout.\n\nExamples:\n  drover configs apply -f edge.yaml\n  drover configs apply -f configs/ -o json\n  generate | drover configs apply -f - --name edge',
    )
    .action((flags: ApplyFlags, command: Command) => applyConfigs(terminal, flags, command));
  configs
    .command('list')
    .alias('ls')
    .description('list configurations and how their agents stand')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: PagingFlags, command: Command) => listConfigs(terminal, flags, command));
  configs
    .command('get')
    .description("print a configuration's body")
    .argument('<name>')
    .option('--revision <number>', 'an older revision', parseCount)
    .action((name: string, flags: { revision?: number }, command: Command) =>
      getConfig(terminal, name, flags, command),
    );
  configs
    .command('revisions')
    .description('list revisions, newest first')
    .argument('<name>')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((name: string, flags: PagingFlags, command: Command) =>
      listRevisions(terminal, name, flags, command),
    );
  addConfigHistoryCommand(configs, terminal);
  addConfigDiffCommand(configs, terminal);
  addConfigValidateCommand(configs, terminal);
  configs
    .command('delete')
    .alias('rm')
    .description('delete a configuration that no agent is to run')
    .argument('<name>')
    .option('-y, --yes', 'do not ask')
    .action((name: string, flags: { yes?: boolean }, command: Command) =>
      deleteConfig(terminal, name, flags, command),
    );
}
