import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { collectorErrorIn } from '@drover/collector-config';
import { parse } from 'yaml';
import type { LocalCollector, ProgramVerdict } from './configs/program-verdict.ts';
import { DomainError } from './lib/errors.ts';
import { StartError } from './start-error.ts';

/** Of one call of the program. */
const LIMIT_MS = 20_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const MAX_WORDS = 8_000;
/** One is checked, so many wait. */
const MAX_WAITING = 8;

type Outcome =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'failed'; readonly message: string };

/** Asks the executable of `configs.collector` what it is. Throws a StartError where that is no Collector. */
export async function openLocalCollector(path: string): Promise<LocalCollector> {
  const executable = resolve(path);
  return new CollectorProgram(executable, await programOf(executable));
}

class CollectorProgram implements LocalCollector {
  readonly program: string;
  readonly #executable: string;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #stopping = new AbortController();

  constructor(executable: string, program: string) {
    this.#executable = executable;
    this.program = program;
  }

  isThere(path: string): boolean {
    return existsSync(path);
  }

  async validate(text: string): Promise<ProgramVerdict> {
    if (this.#waiting > MAX_WAITING) {
      throw new DomainError(
        'validation_busy',
        `the server's Collector was not asked: ${MAX_WAITING} configurations wait for it; try later`,
      );
    }
    this.#waiting++;
    const turn = this.#last.then(() => this.#ask(text)).finally(() => this.#waiting--);
    this.#last = turn.catch(() => {});
    return turn;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #ask(text: string): Promise<ProgramVerdict> {
    const { signal } = this.#stopping;
    if (signal.aborted) throw stopping();
    // Mode 0700; a relative path in the configuration leads nowhere else.
    const folder = await mkdtemp(join(tmpdir(), 'drover-validate-'));
    try {
      const file = join(folder, 'config.yaml');
      await writeFile(file, text, { mode: 0o600 });
      const outcome = await run(this.#executable, ['validate', '--config', file], folder, signal);
      if (signal.aborted) throw stopping();
      return verdictOf(outcome, this.#executable, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function stopping(): DomainError {
  return new DomainError('stopping', "the server's Collector was not asked: the server is stopping");
}

function verdictOf(outcome: Outcome, executable: string, file: string): ProgramVerdict {
  switch (outcome.kind) {
    case 'failed':
      throw new Error(`${executable} could not be run: ${outcome.message}`);
    case 'timed_out':
      throw new DomainError(
        'validation_timed_out',
        `the server's Collector did not end within ${LIMIT_MS / 1000} s and was killed`,
      );
    case 'ended': {
      if (outcome.exitCode === 0) return { kind: 'valid' };
      const said = collectorErrorIn(outcome.stderr) || outcome.stderr.trim().slice(-2_000);
      const words = said || `it ended with exit code ${outcome.exitCode}`;
      return { kind: 'invalid', words: words.replaceAll(file, 'the configuration').slice(0, MAX_WORDS) };
    }
  }
}

async function programOf(executable: string): Promise<string> {
  const what = `configs.collector: ${executable}`;
  const hint = 'name the path of a Collector executable that this user may run, or leave the setting out';
  const outcome = await run(executable, ['components'], tmpdir());
  switch (outcome.kind) {
    case 'failed':
      throw new StartError(2, `${what} cannot be run (${outcome.message}): ${hint}`);
    case 'timed_out':
      throw new StartError(2, `${what} did not say what it is within ${LIMIT_MS / 1000} s: ${hint}`);
    case 'ended': {
      const program = outcome.exitCode === 0 ? buildInfo(outcome.stdout) : undefined;
      if (program !== undefined) return program;
      const said = (outcome.stderr || outcome.stdout).trim().slice(0, 300);
      throw new StartError(
        2,
        `${what} is no Collector: "components" ended with ${outcome.exitCode}${said && `: ${said}`}; ${hint}`,
      );
    }
  }
}

/** `otelcol-contrib 0.149.0` out of what `components` prints. */
function buildInfo(output: string): string | undefined {
  try {
    const { buildinfo } = parse(output) as { buildinfo?: { command?: unknown; version?: unknown } };
    if (typeof buildinfo?.command !== 'string') return undefined;
    return `${buildinfo.command} ${String(buildinfo.version ?? '')}`.trim();
  } catch {
    return undefined;
  }
}

/** No shell, and an empty environment: nothing of this process is handed on. */
function run(
  executable: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  return new Promise((done) => {
    const options = {
      cwd,
      env: {},
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    } as const;
    const child = execFile(executable, args, options, (error, stdout, stderr) => {
      if (error === null) done({ kind: 'ended', exitCode: 0, stdout, stderr });
      else if (typeof error.code === 'number') done({ kind: 'ended', exitCode: error.code, stdout, stderr });
      // Printing without an end counts as an answer that says no.
      else if (String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        done({ kind: 'ended', exitCode: 1, stdout, stderr: stderr.slice(0, MAX_WORDS) });
      else if (child.pid === undefined) done({ kind: 'failed', message: error.message });
      else if (error.killed === true) done({ kind: 'timed_out' });
      else done({ kind: 'ended', exitCode: 1, stdout, stderr: `${stderr}${error.message}` });
    });
  });
}
