import { EXIT_FAILED, EXIT_OK } from './failure.ts';
import { processTerminal } from './process-terminal.ts';
import { runProgram } from './program.ts';

// `drover agents list | head` closes the pipe early: what it wanted it has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT_OK : EXIT_FAILED);
});
process.stderr.on('error', () => {});

process.exitCode = await runProgram(process.argv.slice(2), processTerminal(process));
