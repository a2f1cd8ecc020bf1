import { CommanderError } from 'commander';
import { summaryOf, summaryText } from './figures.ts';
import { Fleet } from './fleet.ts';
import { parseCommand, type SimulatorCommand } from './program.ts';
import { showProgress } from './progress.ts';
import type { SimulationSettings } from './simulation-settings.ts';

function openFleet(settings: SimulationSettings): Fleet | undefined {
  try {
    return new Fleet(settings);
  } catch (error) {
    process.stderr.write(
      `drover-sim: --journal: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}

/** Exit code: 0, 1 where no agent ever got a connection, or 2 where the journal cannot be written. */
async function simulate({ settings, isJson }: SimulatorCommand): Promise<number> {
  const stop = new AbortController();
  // Once: a second Ctrl-C ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const fleet = openFleet(settings);
  if (fleet === undefined) return 2;
  const endProgress = showProgress(process.stderr, fleet.figures, settings.agents);
  await fleet.run(stop.signal);
  endProgress();
  const summary = summaryOf(fleet.figures, settings.agents, Date.now());
  process.stdout.write(isJson ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary));
  if (summary.everConnected > 0) return 0;
  process.stderr.write(`drover-sim: no agent could connect to ${settings.url}.\n`);
  return 1;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  process.exitCode = await simulate(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
