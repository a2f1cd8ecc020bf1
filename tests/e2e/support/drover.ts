import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@drover/api';
import { Program, ROOT } from './process.ts';

/** A folder of its own for a test, removed at the end. */
export async function temporaryFolder(name: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `drover-${name}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface RunningServer extends AsyncDisposable {
  readonly program: Program;
  readonly opampUrl: string;
  readonly httpUrl: string;
  readonly loginUrl: string;
  readonly token: string;
  readonly api: ApiClient;
}

interface ReadyLine {
  readonly msg: 'ready';
  readonly opamp: string;
  readonly http: string;
  readonly pid: number;
}

/** The control plane as a user starts it. Ports are free ones unless given. */
export async function startServer(options: {
  readonly dataDir: string;
  readonly opampListen?: string;
  readonly httpListen?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}): Promise<RunningServer> {
  const program = new Program('drover-server', 'packages/server/bin/drover-server.js', {
    args: [
      '--data-dir',
      options.dataDir,
      '--opamp-listen',
      options.opampListen ?? '127.0.0.1:0',
      '--http-listen',
      options.httpListen ?? '127.0.0.1:0',
      ...(options.args ?? []),
    ],
    env: { ...options.env },
  });
  const ready = await program.until('the ready line', ({ stdout }) =>
    stdout.includes('\n') ? (JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as ReadyLine) : undefined,
  );
  const loginUrl = await program.until('the login link', ({ stderr }) => /Console: (\S+)/.exec(stderr)?.[1]);
  const token = readFileSync(join(options.dataDir, 'admin-token'), 'utf8').trim();
  return {
    program,
    opampUrl: ready.opamp,
    httpUrl: ready.http,
    loginUrl,
    token,
    api: createApiClient({ baseUrl: ready.http, token }),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** A supervisor in a folder with the seed page's two files as they stand, only the port of the server and of the Collector's metrics exchanged where asked. */
export async function startSupervisor(options: {
  readonly folder: string;
  readonly collector: string;
  readonly opampUrl?: string;
  readonly metricsPort?: number;
  readonly keepFiles?: boolean;
}): Promise<Program> {
  if (options.keepFiles !== true) {
    await copyFile(`${ROOT}tests/e2e/seed/supervisor.yaml`, join(options.folder, 'supervisor.yaml'));
    await copyFile(`${ROOT}tests/e2e/seed/effective.yaml`, join(options.folder, 'effective.yaml'));
    if (options.opampUrl !== undefined) {
      await replaceIn(
        join(options.folder, 'supervisor.yaml'),
        'ws://127.0.0.1:4320/v1/opamp',
        options.opampUrl,
      );
    }
    if (options.metricsPort !== undefined) {
      await replaceIn(
        join(options.folder, 'effective.yaml'),
        '0.0.0.0:8888',
        `127.0.0.1:${options.metricsPort}`,
      );
      await replaceIn(
        join(options.folder, 'effective.yaml'),
        'service:\n',
        `service:\n${ownMetrics(options.metricsPort)}`,
      );
    }
  }
  return new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
    cwd: options.folder,
    env: { OTEL_COLLECTOR_BINARY: options.collector },
  });
}

/** The part of `service` that puts the Collector's own metrics on another port than 8888. */
export function ownMetrics(port: number): string {
  return `  telemetry:
    metrics:
      readers:
        - pull:
            exporter:
              prometheus:
                host: 127.0.0.1
                port: ${port}
`;
}

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not contain ${JSON.stringify(from)}`);
  await writeFile(file, text.replace(from, to));
}
