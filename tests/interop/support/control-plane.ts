import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, ApiClient } from '@drover/api';
import { type RunningServer, startServer, temporaryFolder } from '../../e2e/support/drover.ts';
import { eventually } from '../../e2e/support/process.ts';

/** The real control plane, which can be started again on the same ports and data. */
export interface ControlPlane extends AsyncDisposable {
  readonly opampUrl: string;
  readonly api: ApiClient;
  /** The agent as the interface shows it, once `isSo`. */
  agent(uid: string, what: string, isSo: (agent: Agent) => boolean): Promise<Agent>;
  /** A counter of `/metrics`, summed over its labels where these do not say which. */
  counter(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Puts the configuration and rolls it out to one agent. */
  configure(uid: string, name: string, body: string, contentType?: string): Promise<void>;
  /** Ends it as an operator does, or as a power cut does, waits, and starts it again. */
  restart(how?: { readonly signal?: 'SIGTERM' | 'SIGKILL'; readonly awayMs?: number }): Promise<void>;
}

export async function startControlPlane(env: Readonly<Record<string, string>> = {}): Promise<ControlPlane> {
  const folder = await temporaryFolder('interop');
  const dataDir = join(folder.path, 'data');
  let server: RunningServer = await startServer({ dataDir, env });
  const opampListen = new URL(server.opampUrl).host;
  const httpListen = new URL(server.httpUrl).host;

  const plane: ControlPlane = {
    opampUrl: server.opampUrl,
    get api() {
      return server.api;
    },
    async agent(uid, what, isSo) {
      let last: Agent | undefined;
      return eventually(what, async () => {
        last = await server.api.getAgent(uid);
        return isSo(last) ? last : undefined;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}; the interface shows ${JSON.stringify(last)}`, { cause: error });
      });
    },
    async counter(name, labels = {}) {
      const text = await (await fetch(`${server.httpUrl}/metrics`)).text();
      let sum = 0;
      for (const [, sample, found = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
        const isIt =
          sample === name &&
          Object.entries(labels).every(([key, wanted]) => found.includes(`${key}="${wanted}"`));
        if (isIt) sum += Number(value);
      }
      return sum;
    },
    async configure(uid, name, body, contentType = 'text/yaml') {
      await server.api.putConfig(name, { body, contentType });
      await server.api.createRollout({ target: { kind: 'config', name }, selector: `instanceUid="${uid}"` });
    },
    async restart({ signal = 'SIGTERM', awayMs = 0 } = {}) {
      const code = await server.program.end(signal);
      if (signal === 'SIGTERM' && code !== 0)
        throw new Error(`drover-server ended with ${code}: ${server.program.stderr}`);
      await sleep(awayMs);
      server = await startServer({ dataDir, env, opampListen, httpListen });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return plane;
}

/** Messages in each direction while nothing is decided and nothing happens. */
export async function messagesWhileQuiet(
  plane: ControlPlane,
  windowMs: number,
): Promise<{ in: number; out: number; elapsedMs: number }> {
  const read = async () => ({
    in: await plane.counter('drover_opamp_messages_total', { direction: 'in' }),
    out: await plane.counter('drover_opamp_messages_total', { direction: 'out' }),
    atMs: performance.now(),
  });
  const before = await read();
  await sleep(windowMs);
  const after = await read();
  return { in: after.in - before.in, out: after.out - before.out, elapsedMs: after.atMs - before.atMs };
}
