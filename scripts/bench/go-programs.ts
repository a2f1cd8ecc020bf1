import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../collector/cache.ts';
import { type Found, missing } from '../lib/outcome.ts';
import { onPath, run } from '../lib/run.ts';
import { say } from './say.ts';

const SOURCES = join(import.meta.dirname, 'go');

export interface GoPrograms {
  /** The control plane on opamp-go's library that Drover is measured beside. */
  readonly lean: string;
  /** The load generator. */
  readonly load: string;
}

function sourceKey(): string {
  const hash = createHash('sha256');
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.go$|^go\./.test(name),
  );
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(SOURCES, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Builds both programs, once for each state of their sources, into the cache outside the checkout. */
export async function buildGoPrograms(): Promise<Found<GoPrograms>> {
  const folder = join(cacheDir(), 'bench', sourceKey());
  const programs = { lean: join(folder, 'lean'), load: join(folder, 'load') };
  if (existsSync(programs.lean) && existsSync(programs.load)) return { kind: 'found', ...programs };
  const go = onPath(['go']);
  if (go === undefined)
    return missing('the bench needs Go for its load generator and for the opamp-go server');
  say('building the load generator and the opamp-go server (once)');
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const built = await run(go, ['build', '-trimpath', '-o', draft, './lean', './load'], { cwd: SOURCES });
  if (built.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    return missing(`go build failed: ${built.stderr.trim()}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return { kind: 'found', ...programs };
}
