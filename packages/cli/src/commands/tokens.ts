import type { ApiClient, EnrolmentToken } from '@drover/api';
import type { Command } from 'commander';
import { confirm, contextOf } from '../context.ts';
import { agentsText } from '../enrolment-text.ts';
import { CliError, usageError } from '../failure.ts';
import { ageText, parseDuration } from '../output/age.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

function expiryOf(text: string, nowMs: number): string {
  const duration = parseDuration(text);
  const atMs = duration === undefined ? Date.parse(text) : nowMs + duration;
  if (Number.isNaN(atMs)) {
    throw usageError(
      `--expires: "${text}" is neither a duration such as 30d or 12h nor a time such as 2027-01-31T00:00:00Z.`,
    );
  }
  if (atMs <= nowMs) throw usageError(`--expires: ${text} is in the past.`);
  return new Date(atMs).toISOString();
}

interface CreateFlags {
  readonly expires?: string;
  readonly autoApprove?: boolean;
}

async function createToken(terminal: Terminal, name: string, flags: CreateFlags, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const created = await api.createEnrolmentToken({
    name,
    ...(flags.expires === undefined ? {} : { expiresAt: expiryOf(flags.expires, Date.now()) }),
    ...(flags.autoApprove ? { autoApprove: true } : {}),
  });
  if (printForScripts(terminal, format, created)) return;
  if (format === 'name') return terminal.out(`${created.id}\n`);
  terminal.err(`Token "${created.name}" (${created.id}), shown this once:\n`);
  terminal.out(`${created.token}\n`);
  terminal.err('Agents send it as "Authorization: Bearer <token>" on the OpAMP endpoint.\n');
}

async function listTokens(terminal: Terminal, flags: PagingFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const nowMs = Date.now();
  const list = await collectPages(flags, (page) => api.listEnrolmentTokens(page));
  printList(terminal, format, list, {
    noun: 'enrolment tokens',
    name: (token) => token.id,
    columns: [
      { title: 'ID', text: (token) => token.id },
      { title: 'NAME', text: (token) => token.name },
      { title: 'EXPIRES', text: (token) => token.expiresAt ?? 'never' },
      {
        title: 'USED',
        text: (token) => (token.lastUsedAt === null ? 'never' : `${ageText(token.lastUsedAt, nowMs)} ago`),
      },
      { title: 'CONNECTED', text: (token) => String(token.agents.connected), isNumber: true },
      { title: 'APPROVES', text: (token) => (token.autoApprove ? 'yes' : 'no'), wide: true },
      { title: 'CREATED', text: (token) => token.createdAt, wide: true },
      { title: 'BY', text: (token) => token.createdBy, wide: true },
    ],
  });
}

async function resolveToken(api: ApiClient, text: string): Promise<EnrolmentToken> {
  const { items } = await collectPages({ all: true }, (page) => api.listEnrolmentTokens(page));
  const matches = items.filter((token) => token.id === text || token.name === text);
  const [first] = matches;
  if (first === undefined) throw new CliError(`There is no enrolment token with the id or name "${text}".`);
  if (matches.length > 1) throw new CliError(`"${text}" names ${matches.length} tokens: give the id.`);
  return first;
}

async function deleteToken(terminal: Terminal, text: string, flags: { yes?: boolean }, command: Command) {
  const { api } = contextOf(terminal, command);
  const token = await resolveToken(api, text);
  await confirm(
    terminal,
    flags.yes,
    `Delete enrolment token "${token.name}" (${token.id})? Nobody can connect with it any more, and ${agentsText(token.agents.connected)} connected by it without a credential of their own are disconnected.`,
  );
  await api.deleteEnrolmentToken(token.id);
  terminal.out(`${token.id}: deleted\n`);
}

/** `drover tokens …` */
export function addTokenCommands(program: Command, terminal: Terminal): void {
  const tokens = program.command('tokens').alias('token').description('tokens with which new agents enrol');
  tokens
    .command('create')
    .description('make a token; it is shown this once')
    .argument('<name>', 'what it is for')
    .option(
      '--auto-approve',
      'agents that come with it need no approval, where the server asks for it (agents.enrolment: approval)',
    )
    .option('--expires <when>', 'a duration (30d, 12h) or a time; never when left out')
    .addHelpText('after', '\nExample:\n  drover tokens create edge-sites --expires 30d > token.txt')
    .action((name: string, flags: CreateFlags, command: Command) =>
      createToken(terminal, name, flags, command),
    );
  tokens
    .command('list')
    .alias('ls')
    .description('list tokens, without their secret')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: PagingFlags, command: Command) => listTokens(terminal, flags, command));
  tokens
    .command('delete')
    .alias('rm')
    .description('delete a token')
    .argument('<token>', 'id or name')
    .option('-y, --yes', 'do not ask')
    .action((text: string, flags: { yes?: boolean }, command: Command) =>
      deleteToken(terminal, text, flags, command),
    );
}
