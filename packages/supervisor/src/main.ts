import { parseCommandLine } from './commands/command-line.ts';
import { GENERAL_HELP } from './commands/help.ts';
import { supervisorVersion } from './version.ts';

const EXIT_FAILURE = 1;
const EXIT_WRONG_USAGE = 2;

/** What a command needs is loaded by that command alone: a supervisor carries what it has loaded for all its life. */
async function main(args: readonly string[]): Promise<void> {
  const line = parseCommandLine(args);
  switch (line.kind) {
    case 'run': {
      const { runSupervisor } = await import('./commands/run.ts');
      // Timers and sockets of what could not be ended must not keep the process.
      process.exit(await runSupervisor(line));
      break;
    }
    case 'help':
      process.stdout.write(line.text);
      break;
    case 'version_number':
      process.stdout.write(`${supervisorVersion()}\n`);
      break;
    case 'wrong_usage':
      process.stderr.write(`drover-supervisor: ${line.message}\n\n${GENERAL_HELP}`);
      process.exitCode = EXIT_WRONG_USAGE;
      break;
    default: {
      const { runCommandLine } = await import('./commands/short-commands.ts');
      process.exitCode = await runCommandLine(line);
    }
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `drover-supervisor: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = EXIT_FAILURE;
});
