import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../lib/run.ts';
import { type Core, pinned } from './pinned.ts';

/** A server under test that runs and listens. */
export interface RunningSubject {
  readonly pid: number;
  readonly opampUrl: string;
  readonly httpUrl: string;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** A kind of server under test. */
export interface Subject {
  readonly name: string;
  /** Ports of an earlier start are given again, so that agents find it where it was. */
  start(ports?: { readonly opamp: string; readonly http: string }): Promise<RunningSubject>;
  /** Makes `body` the remote configuration of every agent; resolves when the server has taken it over. */
  push(server: RunningSubject, body: string): Promise<void>;
}

async function readyLine(
  child: ChildProcess,
  name: string,
): Promise<{ opamp: string; http: string; pid: number }> {
  if (child.stdout === null) throw new Error('no standard output');
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} ended before it was ready:\n${stderr}`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => {});
  return JSON.parse(String(line));
}

async function launch(
  name: string,
  command: string,
  args: readonly string[],
  core: Core = 0,
): Promise<RunningSubject> {
  const [program, programArgs] = pinned(core, command, args);
  const child = spawn(program, programArgs, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const ready = await readyLine(child, name);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    pid: ready.pid,
    opampUrl: ready.opamp,
    httpUrl: ready.http,
    end: async (signal) => {
      process.off('exit', kill);
      process.kill(ready.pid, signal);
      await exited;
    },
  };
}

function listenArgs(
  ports: { readonly opamp: string; readonly http: string } | undefined,
  dashes: string,
): string[] {
  const { opamp, http } = ports ?? { opamp: '127.0.0.1:0', http: '127.0.0.1:0' };
  return [`${dashes}opamp-listen`, opamp, `${dashes}http-listen`, http];
}

async function pushByPost(server: RunningSubject, body: string): Promise<void> {
  const answer = await fetch(`${server.httpUrl}/push`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`push: HTTP ${answer.status}`);
}

/** The lean control plane on opamp-go's library. */
export function leanSubject(program: string): Subject {
  return {
    name: 'opamp-go lean',
    start: (ports) => launch('opamp-go lean', program, listenArgs(ports, '-')),
    push: pushByPost,
  };
}

/** The same on our library. */
export function librarySubject(nodeArgs: readonly string[] = []): Subject {
  const script = join(ROOT, 'scripts/bench/lean-server.ts');
  const flags = ['--max-semi-space-size=16', ...nodeArgs];
  return {
    name: '@drover/opamp lean',
    start: (ports) => launch('lean-server', process.execPath, [...flags, script, ...listenArgs(ports, '--')]),
    push: pushByPost,
  };
}

async function call(
  server: RunningSubject,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<void> {
  const answer = await fetch(`${server.httpUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
}

/** Drover as a user starts it: built, with its database. `nodeArgs` are for profiles. */
export function droverSubject(dataDir: string, nodeArgs: readonly string[] = [], core: Core = 0): Subject {
  const launcher = join(ROOT, 'packages/server/bin/drover-server.js');
  return {
    name: 'Drover',
    start: (ports) =>
      launch(
        'drover-server',
        process.execPath,
        [...nodeArgs, launcher, '--data-dir', dataDir, ...listenArgs(ports, '--')],
        core,
      ),
    push: async (server, body) => {
      const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
      await call(server, token, 'PUT', '/configs/bench', { body });
      await call(server, token, 'POST', '/rollouts', {
        target: { kind: 'config', name: 'bench' },
        selector: '',
        strategy: { kind: 'all' },
      });
    },
  };
}
