import type { Command } from 'commander';
import { connect } from '../connection/connect.ts';
import {
  type AccessFlags,
  DEFAULT_URL,
  parseServerUrl,
  readAdminToken,
} from '../connection/server-access.ts';
import { deleteStoredLogin, storedLoginPath, writeStoredLogin } from '../connection/stored-login.ts';
import { InterruptedError, usageError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

async function tokenFor(flags: AccessFlags, terminal: Terminal): Promise<string> {
  if (flags.token === '-') return (await terminal.readInput()).trim();
  const given = flags.token ?? (flags.dataDir === undefined ? undefined : readAdminToken(flags.dataDir));
  const token = given ?? (terminal.env.DROVER_TOKEN || undefined);
  if (token !== undefined) return token;
  if (!terminal.canAsk) {
    throw usageError(
      'No token: give --token TOKEN, "--token -" to read it from standard input, or DROVER_TOKEN.',
    );
  }
  const answer = (await terminal.ask('Token: ', true)).trim();
  if (terminal.interrupted.aborted) throw new InterruptedError('interrupted; nothing was stored.');
  return answer;
}

async function login(terminal: Terminal, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<AccessFlags>();
  const url = flags.url
    ? parseServerUrl(flags.url, '--url')
    : parseServerUrl(terminal.env.DROVER_URL || DEFAULT_URL, 'DROVER_URL');
  const token = await tokenFor(flags, terminal);
  if (token === '') throw usageError('The token is empty.');
  const self = await connect({ url, token }, terminal.interrupted).self();
  const path = storedLoginPath(terminal.env);
  writeStoredLogin(path, { url, token });
  terminal.out(`Logged in to ${url} (Drover ${self.version}); kept in ${path}.\n`);
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) {
    terminal.err('Warning: this URL is not https, so the token crosses the network in clear.\n');
  }
}

function logout(terminal: Terminal): void {
  const path = storedLoginPath(terminal.env);
  terminal.out(deleteStoredLogin(path) ? `Logged out; ${path} is deleted.\n` : 'Not logged in.\n');
}

/** `drover login` and `drover logout` */
export function addLoginCommands(program: Command, terminal: Terminal): void {
  program
    .command('login')
    .description('check a token with the server and keep both for later commands')
    .addHelpText(
      'after',
      '\nThe token is asked for where --token, --data-dir and DROVER_TOKEN are all missing; "--token -" reads it from\nstandard input. It is kept in ~/.config/drover/config.json, which only you can read.\n\nExamples:\n  drover login --data-dir ./drover-data\n  drover login --url https://drover.example.com --token - < token.txt',
    )
    .action((_flags: object, command: Command) => login(terminal, command));
  program
    .command('logout')
    .description('forget the stored server and token')
    .action(() => logout(terminal));
}
