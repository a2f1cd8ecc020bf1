import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFailed } from 'vitest';
import { temporaryFolder } from './drover.ts';
import { type FleetServer, startFleetServer } from './fleet-server.ts';
import { eventually, Program, processesWith, ROOT } from './process.ts';
import { COLLECTOR } from './requirements.ts';

/** A folder with the settings of a supervisor in it, a server to talk to, and whatever runs in between. */
export interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly storage: string;
  readonly server: FleetServer;
  /** Starts a supervisor; those before it may be gone. */
  start(): Program;
  /** The Collectors that run on this storage. */
  collectors(): Promise<number[]>;
  /** What the Collector was given. */
  configuration(): Promise<string>;
  /** The pid of the only Collector, once there is exactly one. */
  collector(): Promise<number>;
}

/** Runs at once, does nothing, and takes no port. */
export const IDLE = `receivers: {nop: }
exporters: {nop: }
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`;

/** The same with another name, so that it is another configuration. */
export function idleWith(exporter: string): string {
  return IDLE.replaceAll('nop: }', `nop: , nop/${exporter}: }`).replaceAll('[nop]', `[nop/${exporter}]`);
}

/** Valid to `otelcol validate`, and ends at its start where the port is taken. */
export function listeningOn(port: number): string {
  return IDLE.replace(
    '{nop: }',
    `{nop: , otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${port}"}}}}`,
  ).replace('receivers: [nop]', 'receivers: [otlp]');
}

export async function bench(
  options: {
    readonly agent?: Readonly<Record<string, unknown>>;
    readonly capabilities?: Readonly<Record<string, boolean>>;
    /** Other keys of the settings. */
    readonly settings?: Readonly<Record<string, unknown>>;
    /** The file effective.yaml; undefined = none. */
    readonly local?: string | undefined;
    /** That of another bench, which ends it; one of its own when left out. */
    readonly server?: FleetServer;
    readonly transport?: 'ws' | 'http';
    /** More keys of `server` in the settings. */
    readonly serverKeys?: Readonly<Record<string, unknown>>;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Bench> {
  const folder = await temporaryFolder('supervisor');
  const server = options.server ?? (await startFleetServer());
  const storage = join(folder.path, 'storage');
  const programs: Program[] = [];
  onTestFailed(() => {
    for (const { name, stderr } of programs)
      process.stderr.write(`${name} said last:\n${lastLines(stderr)}\n`);
  });
  // JSON is YAML.
  await writeFile(
    join(folder.path, 'supervisor.yaml'),
    JSON.stringify({
      server: {
        endpoint: urlFor(server, options.transport),
        // A poller hears of an offer with its next poll.
        ...(options.transport === 'http' ? { heartbeat_interval: '500ms' } : {}),
        ...options.serverKeys,
      },
      agent: { executable: COLLECTOR, ...options.agent },
      ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
      ...options.settings,
    }),
  );
  const local = 'local' in options ? options.local : IDLE;
  if (local !== undefined) await writeFile(join(folder.path, 'effective.yaml'), local);

  const collectors = () => processesWith(join(storage, 'effective.yaml'));
  return {
    folder: folder.path,
    storage,
    server,
    start() {
      const program = new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
        cwd: folder.path,
        ...(options.env === undefined ? {} : { env: options.env }),
      });
      programs.push(program);
      return program;
    },
    collectors,
    configuration: () => readFile(join(storage, 'effective.yaml'), 'utf8'),
    collector: () =>
      eventually('exactly one Collector runs', async () => {
        const pids = await collectors();
        return pids.length === 1 ? pids[0] : undefined;
      }),
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program.end('SIGTERM');
      for (const pid of await collectors()) process.kill(pid, 'SIGKILL');
      if (options.server === undefined) await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The server's address for this transport. */
export function urlFor(server: Pick<FleetServer, 'url'>, transport: 'ws' | 'http' = 'ws'): string {
  return transport === 'http' ? server.url.replace(/^ws/, 'http') : server.url;
}

/** Runs a command of the supervisor in the bench's folder to its end, as `uid` where one is given. */
export async function supervisorCommand(
  folder: string,
  args: readonly string[],
  uid?: number,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const launcher = join(ROOT, 'packages/supervisor/bin/drover-supervisor.js');
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** Changes keys at the top of the settings in this folder; undefined takes one out. */
export function changeSettings(folder: string, change: Readonly<Record<string, unknown>>): void {
  const file = join(folder, 'supervisor.yaml');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
}

/** What the supervisor on this storage answers on its socket. */
export function answerOf(storage: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ socketPath: join(storage, 'supervisor.sock'), path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

/** What has room in the output of a test that failed. */
function lastLines(log: string): string {
  return log
    .trimEnd()
    .split('\n')
    .slice(-40)
    .map((line) => line.slice(0, 500))
    .join('\n');
}

/** What the supervisor remembers of its process; undefined before the first. */
export function processRecord(storage: string):
  | {
      identity?: { pid: number };
      localToken: string;
      localPort: number;
      inputsHash: string;
      remoteHash?: string;
      wasHealthy: boolean;
      isProven: boolean;
    }
  | undefined {
  const file = join(storage, 'process.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8').split('\n')[1] ?? '{}') : undefined;
}
