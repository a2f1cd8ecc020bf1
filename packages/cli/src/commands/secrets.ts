import { readFileSync } from 'node:fs';
import type { Secret } from '@drover/api';
import type { Command } from 'commander';
import { confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { ageText } from '../output/age.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

async function setSecret(terminal: Terminal, name: string, flags: { file?: string }, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const value = flags.file === undefined ? await terminal.readInput() : readValue(flags.file);
  // What an editor or echo puts at the end of a line is no part of a token; several lines are kept as they are.
  const trimmed = /^[^\n]*\n$/.test(value) ? value.slice(0, -1) : value;
  if (trimmed === '') throw usageError('The value is empty: give it on standard input or with --file.');
  const secret = await api.putSecret(name, { value: trimmed });
  if (!printForScripts(terminal, format, secret)) terminal.out(`${name}: version ${secret.version}\n`);
}

function readValue(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function listSecrets(terminal: Terminal, flags: PagingFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const nowMs = Date.now();
  const list = await collectPages<Secret>(flags, (page) => api.listSecrets(page));
  printList(terminal, format, list, {
    noun: 'secrets',
    name: (secret) => secret.name,
    columns: [
      { title: 'NAME', text: (secret) => secret.name },
      { title: 'VERSION', text: (secret) => String(secret.version), isNumber: true },
      { title: 'SET', text: (secret) => `${ageText(secret.updatedAt, nowMs)} ago` },
      { title: 'BY', text: (secret) => secret.author },
      { title: 'AGENTS', text: (secret) => String(secret.usedBy.agents), isNumber: true },
      { title: 'IN', text: (secret) => secret.usedBy.configs.join(',') || '-' },
      { title: 'READABLE', text: (secret) => (secret.isReadable ? 'yes' : 'no: set it again') },
    ],
  });
}

async function deleteSecret(terminal: Terminal, name: string, flags: { yes?: boolean }, command: Command) {
  const { api } = contextOf(terminal, command);
  await confirm(terminal, flags.yes, `Delete the secret "${name}"? Its value cannot be brought back.`);
  await api.deleteSecret(name);
  terminal.out(`${name}: deleted\n`);
}

/** `drover secrets …` */
export function addSecretCommands(program: Command, terminal: Terminal): void {
  const secrets = program
    .command('secrets')
    .alias('secret')
    .description('values that configurations name as ${drover:secret.NAME} and nobody reads back');
  secrets
    .command('set')
    .description('set a value, out of standard input; agents that run it are offered the new one at once')
    .argument('<name>')
    .option('-f, --file <path>', 'out of a file')
    .addHelpText(
      'after',
      '\nExamples:\n  drover secrets set gateway-token < token.txt\n  pass show gw | drover secrets set gateway-token',
    )
    .action((name: string, flags: { file?: string }, command: Command) =>
      setSecret(terminal, name, flags, command),
    );
  secrets
    .command('list')
    .alias('ls')
    .description('list secrets, without their values')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: PagingFlags, command: Command) => listSecrets(terminal, flags, command));
  secrets
    .command('delete')
    .alias('rm')
    .description('delete a secret that no configuration of an agent names')
    .argument('<name>')
    .option('-y, --yes', 'do not ask')
    .action((name: string, flags: { yes?: boolean }, command: Command) =>
      deleteSecret(terminal, name, flags, command),
    );
}
