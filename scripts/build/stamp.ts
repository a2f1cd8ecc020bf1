import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../lib/run.ts';
import { filesBelow } from './packages.ts';

/** A part of the build: what it is made of, and the file that is there when it was made. */
export type BuildStep = {
  readonly name: string;
  /** Files and folders. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Makes the output; the text of what went wrong, or undefined. */
  make(): Promise<string | undefined>;
};

/** True when the output is there and was made from the inputs as they are (by name, size and time of change). */
export function isUpToDate(step: BuildStep): boolean {
  const file = stampFile(step);
  return existsSync(step.output) && existsSync(file) && readFileSync(file, 'utf8') === fingerprint(step);
}

/** Makes the step's output and remembers from what. */
export async function makeStep(step: BuildStep): Promise<string | undefined> {
  const before = fingerprint(step);
  rmSync(stampFile(step), { force: true });
  const problem = await step.make();
  if (problem !== undefined) return problem;
  mkdirSync(dirname(stampFile(step)), { recursive: true });
  writeFileSync(stampFile(step), before);
  return undefined;
}

function stampFile(step: BuildStep): string {
  return join(ROOT, 'node_modules/.cache/drover-build', `${step.name}.stamp`);
}

function fingerprint(step: BuildStep): string {
  const hash = createHash('sha256');
  for (const input of step.inputs) {
    const isFolder = statSync(input, { throwIfNoEntry: false })?.isDirectory() ?? false;
    for (const file of isFolder ? filesBelow(input).toSorted() : [input]) {
      const stat = statSync(file, { throwIfNoEntry: false });
      hash.update(`${file}\0${stat?.size ?? -1}\0${stat?.mtimeMs ?? 0}\n`);
    }
  }
  return hash.digest('hex');
}
