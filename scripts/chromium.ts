import { type Found, missing } from './lib/outcome.ts';
import { type Progress, stderrProgress } from './lib/progress.ts';
import { isExecutable, onPath, run } from './lib/run.ts';

export type FindChromiumOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** False: only what is installed. */
  readonly mayInstall?: boolean;
};

/** A Chromium for browser tests: `CHROMIUM_BINARY`, PATH, else Debian's package where this is root and apt is there. */
export async function findChromium(options: FindChromiumOptions = {}): Promise<Found<{ path: string }>> {
  const { env = process.env, progress = stderrProgress('chromium'), mayInstall = true } = options;
  const given = env.CHROMIUM_BINARY;
  if (given && isExecutable(given)) return { kind: 'found', path: given };
  if (given) progress.say(`CHROMIUM_BINARY: ${given} is no executable file`);
  const installed = installedChromium();
  if (installed !== undefined) return { kind: 'found', path: installed };

  const absent = 'no chromium, chromium-browser, google-chrome on PATH';
  if (!mayInstall || onPath(['apt-get']) === undefined || process.getuid?.() !== 0) {
    return missing(`${absent}; install Chromium or set CHROMIUM_BINARY`);
  }
  progress.say(`${absent}: installing Debian's chromium`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const ticker = setInterval(() => progress.update(`apt-get ${args[0]}`), 1000);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const ended = await run('apt-get', args, { env, timeoutMs: 600_000 }).finally(() =>
      clearInterval(ticker),
    );
    if (ended.code !== 0)
      return missing(`${absent}; apt-get ${args[0]} failed: ${ended.stderr.trim().slice(-300)}`);
  }
  const now = installedChromium();
  return now === undefined ? missing(`${absent}, also after apt-get install`) : { kind: 'found', path: now };
}

function installedChromium(): string | undefined {
  return onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
}
