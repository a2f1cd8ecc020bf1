import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@drover/api';
import pino from 'pino';
import { type ControlPlane, startControlPlane } from '../compose.ts';
import { readSettings, type Settings } from '../settings.ts';

export const TEST_TOKEN = 'test-admin-token-0123456789';

/** A whole control plane on ports of its own and a folder of its own, with the client of its REST interface. */
export interface TestControlPlane extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly settings: Settings;
  readonly api: ApiClient;
  /** Of the REST interface, `/api/v1` included. */
  readonly apiUrl: string;
  readonly dataDir: string;
  /** Log lines so far, as objects. */
  readonly logged: readonly Record<string, unknown>[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Settings as an operator would give them by variables; ports are 0. */
export function testSettings(dataDir: string, env: Readonly<Record<string, string>> = {}) {
  const outcome = readSettings({
    env: {
      DROVER_OPAMP_LISTEN: '127.0.0.1:0',
      DROVER_HTTP_LISTEN: '127.0.0.1:0',
      DROVER_DATA_DIR: dataDir,
      DROVER_AUTH_ADMIN_TOKEN: TEST_TOKEN,
      ...env,
    },
  });
  if (outcome.kind === 'invalid') throw new Error(JSON.stringify(outcome.problems));
  return outcome;
}

/** `dataDir` keeps a folder that the caller removes, for restarts on the same data. */
export async function startTestControlPlane(
  env: Readonly<Record<string, string>> = {},
  dataDir?: string,
): Promise<TestControlPlane> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'drover-server-')));
  const { settings, shown } = testSettings(folder, env);
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug', base: null },
    { write: (line: string) => logged.push(JSON.parse(line)) },
  );
  const starting = startControlPlane({
    settings,
    shownSettings: shown,
    log,
    version: '0.0.0-test',
    drainMs: 100,
  });
  const plane = await starting.catch(async (error: unknown) => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const apiUrl = `${plane.httpUrl}/api/v1`;
  return {
    plane,
    settings,
    apiUrl,
    dataDir: folder,
    logged,
    api: createApiClient({ baseUrl: plane.httpUrl, token: settings.auth.adminToken ?? TEST_TOKEN }),
    fetch: (path, init = {}) =>
      fetch(`${plane.httpUrl}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${TEST_TOKEN}`, ...(init.headers as Record<string, string>) },
      }),
    async [Symbol.asyncDispose]() {
      await plane.stop();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An offer that was lost with its link is repeated after half a minute. */
const PATIENCE_MS = 45_000;

/** Asks until the answer satisfies; rejects when it does not within the test's patience. */
export async function eventually<T>(ask: () => Promise<T>, isGood: (value: T) => boolean): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (isGood(value)) return value;
    if (Date.now() > untilMs) throw new Error(`still not as expected: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
