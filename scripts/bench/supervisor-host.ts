import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processTree } from './process-usage.ts';

/** A supervisor under test. */
export interface SupervisorSubject {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Ends it and its Collector. */
  readonly endSignal: NodeJS.Signals;
  /** What has to be on the host for it to run, in bytes, by what it is. */
  readonly programs: Readonly<Record<string, number>>;
  /** Of the one file that may stand in their place. */
  readonly singleExecutableBytes?: number;
}

/** Memory and processor time of a supervisor without its Collector. */
export interface SupervisorUsage {
  readonly rssMiB: number;
  readonly pssMiB: number;
  readonly cpuMs: number;
}

/** One host: a folder with the settings, the same file for every supervisor, and what runs there. */
export class SupervisedHost implements AsyncDisposable {
  readonly #subject: SupervisorSubject;
  readonly #folder: string;
  readonly #executable: string;
  #child: ChildProcess | undefined;
  #words = '';

  constructor(
    subject: SupervisorSubject,
    folder: string,
    executable: string,
    opampUrl: string,
    config: string,
  ) {
    this.#subject = subject;
    this.#folder = folder;
    this.#executable = executable;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'base.yaml'), config);
    const settings = {
      server: { endpoint: opampUrl },
      capabilities: {
        accepts_remote_config: true,
        reports_remote_config: true,
        reports_effective_config: true,
        reports_health: true,
        reports_own_metrics: false,
        reports_heartbeat: true,
      },
      agent: {
        executable,
        config_files: [join(folder, 'base.yaml')],
        // Upstream's first Collector binds port 8888 otherwise, and on a busy machine it needs more than 3 s.
        args: ['--set=service::telemetry::metrics::level=none'],
        bootstrap_timeout: '30s',
      },
      storage: { directory: join(folder, 'storage') },
    };
    writeFileSync(join(folder, 'supervisor.yaml'), JSON.stringify(settings, null, 2));
  }

  /** When it was started: `performance.now()`. */
  start(): number {
    const startedAtMs = performance.now();
    const args = [...this.#subject.args, '--config', join(this.#folder, 'supervisor.yaml')];
    const child = spawn(this.#subject.command, args, {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#words = (this.#words + text).slice(-4_000);
      });
    this.#child = child;
    return startedAtMs;
  }

  /** What it said last, for whoever has to find out why something did not happen. */
  get lastWords(): string {
    return `${this.#subject.name}: ${this.#words}`;
  }

  usage(): SupervisorUsage {
    const total = { rssMiB: 0, pssMiB: 0, cpuMs: 0 };
    for (const pid of this.#pids(false)) {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const read = (name: string): number =>
        Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
      total.rssMiB += read('Rss');
      total.pssMiB += read('Pss');
      // Nanoseconds that each thread ran; /proc/PID/stat counts in steps of 10 ms.
      for (const task of readdirSync(`/proc/${pid}/task`))
        total.cpuMs +=
          Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    }
    return total;
  }

  killCollector(): void {
    for (const pid of this.#pids(true)) process.kill(pid, 'SIGKILL');
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(this.#subject.endSignal);
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    for (const pid of pidsWith(this.#folder)) process.kill(pid, 'SIGKILL');
  }

  #pids(isCollector: boolean): readonly number[] {
    return processTree(this.#child?.pid ?? 0).filter(
      (pid) => commandLine(pid).includes(this.#executable) === isCollector,
    );
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function pidsWith(text: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && commandLine(pid).includes(text));
}
