import { readFileSync } from 'node:fs';
import pino from 'pino';
import { startControlPlane } from './compose.ts';
import { readVersion } from './lib/version.ts';
import { problemLines, readSettings } from './settings.ts';
import { parseArguments } from './settings-arguments.ts';
import { StartError } from './start-error.ts';
import { StorageError } from './storage/storage-error.ts';

const STOP_WITHIN_MS = 9500;

/** The soft limit of open files, which bounds the number of agents; Node has raised it to the hard limit. */
function openFilesLimit(): string {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const version = readVersion();
  const args = parseArguments(process.argv.slice(2), version);
  if (args.kind === 'exit') process.exit(args.code);
  const outcome = readSettings({ ...args.input, env: process.env });
  if (outcome.kind === 'invalid') {
    say('drover-server: these settings are wrong (docs/reference/settings.md has them all):');
    for (const line of problemLines(outcome.problems)) say(`  ${line}`);
    process.exit(2);
  }
  const { settings, shown } = outcome;
  // Whoever reads our output may go away first; that must not end the control plane.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const destination = pino.destination({ dest: 2, sync: true });
  const log = pino({ level: settings.log.level, base: null }, destination);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'a bug: the process ends');
      process.exit(1);
    });
  }
  log.info({ version, node: process.version, openFiles: openFilesLimit(), pid: process.pid }, 'starting');

  const controlPlane = await startControlPlane({ settings, shownSettings: shown, log, version }).catch(
    (error: unknown) => {
      if (!(error instanceof StartError) && !(error instanceof StorageError)) throw error;
      say(`drover-server: ${error.message}`);
      process.exit(error instanceof StartError ? error.exitCode : 1);
    },
  );

  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) {
      log.warn({ signal }, 'second signal: the process ends at once');
      process.exit(1);
    }
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error(
        {},
        'stopping took too long: the process ends, what agents reported last may be asked for again',
      );
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    controlPlane.stop().then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => controlPlane.reloadCertificates());

  const { opampUrl, httpUrl, loginUrl } = controlPlane;
  process.stdout.write(
    `${JSON.stringify({ msg: 'ready', opamp: opampUrl, http: httpUrl, pid: process.pid })}\n`,
  );
  say(`Console: ${loginUrl}`);
}

await main();
