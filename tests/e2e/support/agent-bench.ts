import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './drover.ts';
import { type FleetServer, startFleetServer } from './fleet-server.ts';
import { eventually, Program } from './process.ts';

/** A supervisor of several agents of any kind, with a server to talk to. */
export interface AgentBench extends AsyncDisposable {
  readonly folder: string;
  readonly server: FleetServer;
  /** Starts a supervisor; those before it may be gone. */
  start(): Program;
  storageOf(name: string): string;
  /** The processes of one agent. */
  pids(name: string): readonly number[];
  /** The only process of one agent, once there is exactly one. */
  pid(name: string): Promise<number>;
}

export interface AgentBenchOptions {
  /** The settings `agents`. */
  readonly agents: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Files beside the settings file. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs beside the settings file. */
  readonly programs?: Readonly<Record<string, string>>;
}

export async function agentBench({
  agents,
  files = {},
  programs = {},
}: AgentBenchOptions): Promise<AgentBench> {
  const folder = await temporaryFolder('agents');
  const server = await startFleetServer();
  const supervisors: Program[] = [];
  writeFileSync(
    join(folder.path, 'supervisor.yaml'),
    JSON.stringify({ server: { endpoint: server.url }, agents }),
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(folder.path, name), text, { mode: 0o755 });

  const storageOf = (name: string) => join(folder.path, 'storage', name);
  const pids = (name: string) => leadersOf(storageOf(name));
  return {
    folder: folder.path,
    server,
    start() {
      const program = new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
        cwd: folder.path,
      });
      supervisors.push(program);
      return program;
    },
    storageOf,
    pids,
    pid: (name) =>
      eventually(`exactly one process of ${name} runs`, () => {
        const [pid, ...others] = pids(name);
        return others.length === 0 ? pid : undefined;
      }),
    async [Symbol.asyncDispose]() {
      for (const supervisor of supervisors) await supervisor.end('SIGTERM');
      for (const name of Object.keys(agents)) for (const pid of pids(name)) process.kill(pid, 'SIGKILL');
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The processes that lead a group and whose environment names this storage. */
function leadersOf(storage: string): readonly number[] {
  const wanted = `DROVER_STORAGE_FOLDER=${storage}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || group !== entry) return false;
        return readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(wanted);
      } catch {
        return false;
      }
    })
    .map(Number);
}
