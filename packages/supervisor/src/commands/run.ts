import { resolve } from 'node:path';
import { createLogger } from '../logs/create-logger.ts';
import type { Logger } from '../logs/logger.ts';
import { settingsSecrets } from '../secrets.ts';
import { readSettings } from '../settings/read-settings.ts';
import { startSupervisor } from '../supervisor.ts';
import { supervisorVersion } from '../version.ts';
import type { CommandLine } from './command-line.ts';

const EXIT_FAILURE = 1;
const EXIT_WRONG_SETTINGS = 2;
/** Ends the supervisor alone, so that another one, of a newer version for example, takes its place without a gap. */
const LEAVE_SIGNAL = 'SIGUSR2';

/** Supervises until a signal comes; resolves with the exit code. The last line of the log says why it ended. */
export async function runSupervisor({
  settingsFile,
  notices,
}: Extract<CommandLine, { kind: 'run' }>): Promise<number> {
  const startedAtMs = Date.now();
  const read = readSettings(settingsFile, process.env);
  if (read.kind === 'invalid') {
    process.stderr.write(
      `drover-supervisor: the settings in ${settingsFile} cannot be used:\n${read.problems.map((problem) => `  ${problem}\n`).join('')}`,
    );
    return EXIT_WRONG_SETTINGS;
  }
  const { server, agents, logs } = read.settings;
  const secrets = settingsSecrets(server, [process.env, ...agents.map(({ env }) => env)]);
  let logger: Logger;
  try {
    logger = createLogger(logs, secrets.mask);
  } catch (error) {
    process.stderr.write(`drover-supervisor: ${(error as Error).message}\n`);
    return EXIT_WRONG_SETTINGS;
  }
  for (const notice of [...notices, ...read.notices]) logger.warn({}, notice);

  const stopRequest = awaitStopRequest();
  const fault = awaitFault(logger);
  try {
    const start = await Promise.race([
      startSupervisor({
        settings: read.settings,
        facts: { version: supervisorVersion(), settingsFile: resolve(settingsFile), startedAtMs },
        logger,
        secrets,
        env: process.env,
      }),
      fault,
    ]);
    if (start.kind === 'fault') return EXIT_FAILURE;
    if (start.kind === 'refused') {
      logger.error({ reason: start.message }, 'stopped');
      return EXIT_FAILURE;
    }
    const end = await Promise.race([stopRequest, fault]);
    if (end.kind === 'fault') return EXIT_FAILURE;
    logger.info({ signal: end.signal }, 'stopping');
    const stopped = await Promise.race([
      start.supervisor.stop(end.signal === LEAVE_SIGNAL ? 'leave' : 'end'),
      fault,
    ]);
    if (stopped?.kind === 'fault') return EXIT_FAILURE;
    logger.info({ reason: `${end.signal} was received` }, 'stopped');
    return 0;
  } catch (error) {
    logger.error({ reason: errorText(error) }, 'stopped');
    return EXIT_FAILURE;
  }
}

/** Registered before anything is started: a signal in the middle of the start must not orphan an agent. */
function awaitStopRequest(): Promise<{ readonly kind: 'signal'; readonly signal: string }> {
  return new Promise((done) => {
    // SIGHUP comes when the terminal is closed.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', LEAVE_SIGNAL] as const)
      process.on(signal, () => done({ kind: 'signal', signal }));
  });
}

/**
 * A fault of the supervisor itself: its state cannot be trusted any more. It ends as if it was killed, so that its
 * agents go on collecting and the next supervisor adopts them.
 */
function awaitFault(logger: Logger): Promise<{ readonly kind: 'fault' }> {
  return new Promise((done) => {
    process.on('uncaughtException', (error) => {
      logger.error(
        { reason: errorText(error) },
        'stopped by a fault of the supervisor; its agents keep running and the next supervisor adopts them',
      );
      done({ kind: 'fault' });
    });
  });
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
