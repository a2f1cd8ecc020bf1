import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { addActivityCommands } from './commands/activity.ts';
import { addAgentCommands } from './commands/agents.ts';
import { addConfigCommands } from './commands/configs.ts';
import { addCredentialCommands } from './commands/enrolment.ts';
import { addFolderCommands } from './commands/folder.ts';
import { addLoginCommands } from './commands/login.ts';
import { addRolloutCommands } from './commands/rollouts.ts';
import { addSchemaCommands } from './commands/schemas.ts';
import { addSearchCommand } from './commands/search.ts';
import { addSecretCommands } from './commands/secrets.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { DEFAULT_URL } from './connection/server-access.ts';
import { describeFailure, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE } from './failure.ts';
import { OUTPUT_FORMATS } from './output/print.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  drover login --url https://drover.example.com
  drover agents list -l env=prod --health unhealthy
  drover configs apply -f edge.yaml
  drover rollouts create --config edge --selector env=prod --watch

Exit codes: 0 success, 1 failure at work, 2 wrong usage or configuration, 3 of "drover plan" alone: there are changes, 130 interrupted.
Environment: DROVER_URL, DROVER_TOKEN, NO_COLOR, NODE_EXTRA_CA_CERTS (a private authority's certificates).`;

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** The whole command tree; parsing it runs a command. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('drover')
    .description('Operate a fleet of telemetry agents through a Drover control plane.')
    .version(version(), '-V, --version', 'print the version')
    .option('--url <url>', `the server's REST interface (DROVER_URL; default ${DEFAULT_URL})`)
    .option('--token <token>', 'bearer token (DROVER_TOKEN)')
    .option('--data-dir <folder>', "the server's data folder on this host: its admin token is used")
    .addOption(new Option('-o, --output <format>', 'how to print').choices(OUTPUT_FORMATS).default('table'))
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHasColors: () => terminal.hasColour,
      getErrHasColors: () => terminal.hasColour,
    })
    .showHelpAfterError('(add --help for what there is)');
  addLoginCommands(program, terminal);
  addAgentCommands(program, terminal);
  addConfigCommands(program, terminal);
  addSearchCommand(program, terminal);
  addRolloutCommands(program, terminal);
  addActivityCommands(program, terminal);
  addFolderCommands(program, terminal);
  addSchemaCommands(program, terminal);
  addSecretCommands(program, terminal);
  addTokenCommands(program, terminal);
  addCredentialCommands(program, terminal);
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** Runs one command line (without program name) and gives its exit code; never throws. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await buildProgram(terminal).parseAsync(args, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const failure = describeFailure(error);
    if (terminal.interrupted.aborted) {
      if (failure.exitCode === EXIT_INTERRUPTED) terminal.err(`drover: ${failure.message}\n`);
      return EXIT_INTERRUPTED;
    }
    terminal.err(`drover: ${failure.message}\n`);
    return failure.exitCode;
  }
}
