// Writes anew what is made from sources and committed: the protobuf code of @drover/opamp, then its API reference.
import { join } from 'node:path';
import { writeApiReference } from './api-reference.ts';
import { ROOT, run } from './lib/run.ts';

const OPAMP = join(ROOT, 'packages/opamp');

/** Writes the protobuf code of @drover/opamp, to `output` below that package; what went wrong, or undefined. */
export async function generate(output?: string): Promise<string | undefined> {
  const buf = join(ROOT, 'node_modules/.bin/buf');
  const args = output === undefined ? ['generate'] : ['generate', '--output', output];
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}` };
  const ended = await run(buf, args, { cwd: OPAMP, env });
  return ended.code === 0 ? undefined : ended.stderr.trim() || 'buf was killed';
}

if (import.meta.main) {
  const problem = (await generate()) ?? (await writeApiReference());
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  process.exitCode = problem === undefined ? 0 : 1;
}
