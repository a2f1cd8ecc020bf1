import type { ApiClient } from '@drover/api';
import type { Command } from 'commander';
import { connect } from './connection/connect.ts';
import { type AccessFlags, resolveAccess, type ServerAccess } from './connection/server-access.ts';
import { CliError, InterruptedError, usageError } from './failure.ts';
import { type Paint, painter } from './output/paint.ts';
import type { OutputFormat } from './output/print.ts';
import type { Terminal } from './terminal.ts';

interface GlobalFlags extends AccessFlags {
  readonly output: OutputFormat;
  readonly color: boolean;
}

/** What every command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly access: ServerAccess;
  readonly api: ApiClient;
  readonly format: OutputFormat;
  readonly paint: Paint;
}

/** Reads the flags that all commands share; nothing is sent yet. */
export function contextOf(terminal: Terminal, command: Command): Context {
  const flags = command.optsWithGlobals<GlobalFlags>();
  const access = resolveAccess(flags, terminal.env);
  return {
    terminal,
    access,
    api: connect(access, terminal.interrupted),
    format: flags.output,
    paint: painter({ hasColour: terminal.hasColour && flags.color }),
  };
}

/** Asks before something that cannot be undone; without a terminal `--yes` must stand in for the answer. */
export async function confirm(terminal: Terminal, yes: boolean | undefined, question: string): Promise<void> {
  if (yes) return;
  if (!terminal.canAsk) {
    throw usageError(`${question} Nobody can be asked here (no terminal): give --yes to go on.`);
  }
  const answer = await terminal.ask(`${question} [y/N] `);
  if (terminal.interrupted.aborted) throw new InterruptedError('interrupted; nothing was changed.');
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Not confirmed; nothing was changed.');
}
