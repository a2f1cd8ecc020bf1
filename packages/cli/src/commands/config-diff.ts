import { type ApiClient, printableText } from '@drover/api';
import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { readConfigFiles } from '../config-files.ts';
import { meaningText } from '../config-meaning.ts';
import { contextOf } from '../context.ts';
import { CliError, usageError } from '../failure.ts';
import type { Paint } from '../output/paint.ts';
import { printForScripts } from '../output/print.ts';
import { parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

/** One side of a comparison. */
interface Side {
  readonly label: string;
  readonly body: string;
}

async function revisionSide(api: ApiClient, name: string, number: number): Promise<Side> {
  return { label: `${name}@${number}`, body: (await api.getRevision(name, number)).body };
}

async function newestSide(api: ApiClient, name: string): Promise<Side> {
  const config = await api.getConfig(name);
  return { label: `${name}@${config.revision.number}`, body: config.body };
}

async function sidesOf(
  api: ApiClient,
  terminal: Terminal,
  name: string,
  revisions: readonly number[],
  file: string | undefined,
): Promise<readonly [Side, Side]> {
  const [first, second, ...more] = revisions;
  if (more.length > 0) throw usageError('A diff has two sides: give at most two revisions.');
  if (file !== undefined) {
    if (second !== undefined) throw usageError('With -f the file is one side: give at most one revision.');
    const [read, ...others] = await readConfigFiles([file], terminal);
    if (read === undefined || others.length > 0) throw usageError('diff -f takes one file.');
    const stored = first === undefined ? newestSide(api, name) : revisionSide(api, name, first);
    return [await stored, { label: read.path, body: read.body }];
  }
  if (first !== undefined && second !== undefined) {
    return [await revisionSide(api, name, first), await revisionSide(api, name, second)];
  }
  if (first !== undefined) return [await revisionSide(api, name, first), await newestSide(api, name)];
  const { items } = await api.listRevisions(name, { limit: 2, sort: '-number' });
  const [newest, older] = items;
  if (newest === undefined || older === undefined) {
    throw new CliError(`"${name}" has one revision only: there is nothing to compare it with.`);
  }
  return [await revisionSide(api, name, older.number), await revisionSide(api, name, newest.number)];
}

/** A unified diff in colours. */
export function painted(patch: string, paint: Paint): string {
  return patch
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', line);
      if (line.startsWith('@@')) return paint('cyan', line);
      if (line.startsWith('+')) return paint('green', line);
      if (line.startsWith('-')) return paint('red', line);
      return line;
    })
    .join('\n');
}

/** A unified diff, or undefined where both sides are equal. */
export function unifiedDiff(before: Side, after: Side): string | undefined {
  if (before.body === after.body) return undefined;
  const patch = createTwoFilesPatch(before.label, after.label, before.body, after.body);
  return patch.replace(/^=+\n/, '');
}

async function diffConfigs(
  terminal: Terminal,
  name: string,
  words: readonly string[],
  flags: { file?: string; meaning?: boolean },
  command: Command,
): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const [before, after] = await sidesOf(api, terminal, name, words.map(parseCount), flags.file);
  if (flags.meaning) return printMeaning(terminal, before, after);
  const patch = unifiedDiff(before, after);
  const result = {
    from: before.label,
    to: after.label,
    isDifferent: patch !== undefined,
    patch: patch ?? '',
  };
  if (printForScripts(terminal, format, result)) return;
  if (patch === undefined) terminal.err(`${before.label} and ${after.label} are the same.\n`);
  else terminal.out(painted(terminal.isOutputTty ? printableText(patch) : patch, paint));
}

function printMeaning(terminal: Terminal, before: Side, after: Side): void {
  const text = meaningText(before.body, after.body);
  if (text === undefined) {
    throw new CliError(
      `${before.label} or ${after.label} is no Collector configuration: leave --meaning out.`,
    );
  }
  if (text === '') terminal.err(`${before.label} and ${after.label} mean the same.\n`);
  else terminal.out(text);
}

/** `drover configs diff` */
export function addConfigDiffCommand(configs: Command, terminal: Terminal): void {
  configs
    .command('diff')
    .description('what changed between two revisions, or between a revision and a file')
    .argument('<name>')
    .argument('[revisions...]', 'the two newest; with one, that and the newest')
    .option('-f, --file <path>', 'compare with this file, or "-"')
    .option('--meaning', 'pipelines, components and settings instead of lines')
    .addHelpText(
      'after',
      '\nExamples:\n  drover configs diff edge --meaning\n  drover configs diff edge 3 7\n  drover configs diff -f edge.yaml edge',
    )
    .action((name: string, words: string[], flags: { file?: string; meaning?: boolean }, command: Command) =>
      diffConfigs(terminal, name, words, flags, command),
    );
}
