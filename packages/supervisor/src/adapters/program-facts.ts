import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { durableFile } from '../storage/durable-file.ts';

export type Learned<T> =
  | { readonly kind: 'facts'; readonly facts: T }
  | { readonly kind: 'unusable'; readonly message: string };

/** What is known of one program on disk, which may be replaced or vanish while the supervisor runs. */
export interface ProgramFacts<T> {
  /** Changes when the file is replaced; undefined where there is no such file. */
  fingerprint(): string | undefined;
  /** What it is: from memory or disk while the file is the same, else by asking the program. */
  learn(): Promise<Learned<T>>;
  /** The last answer of `learn`, if any. */
  readonly known: T | undefined;
}

/** Answers that the agents of one supervisor share: several of them often run one program. Holds one entry for each program file that was asked. */
export type LearnedPrograms = Map<string, Promise<Learned<unknown>>>;

export interface ProgramFactsOptions<T> {
  readonly executable: string;
  readonly storageFolder: string;
  /** What is asked, and how: another question is asked anew. */
  readonly question: string;
  readonly shared: LearnedPrograms;
  /** Asks the program. */
  readonly ask: () => Promise<Learned<T>>;
}

interface Kept<T> {
  readonly fingerprint: string;
  readonly facts: T;
}

/** `T` is plain data, kept as JSON. */
export function programFacts<T>(options: ProgramFactsOptions<T>): ProgramFacts<T> {
  const { executable, storageFolder, question, shared, ask } = options;
  const file = durableFile<Kept<T>>(join(storageFolder, 'binary.json'), (json) => json as Kept<T>);
  let known: Kept<T> | undefined;

  const fingerprint = () => {
    const path = findOnPath(executable);
    const facts = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return facts && [path, facts.dev, facts.ino, facts.size, facts.mtimeMs].join(':');
  };

  return {
    fingerprint,
    get known() {
      return known?.facts;
    },
    async learn() {
      const program = fingerprint();
      const current = program && `${question} ${program}`;
      if (current !== undefined && known?.fingerprint !== current) {
        const kept = file.read();
        if (kept?.fingerprint === current) known = kept;
      }
      if (current !== undefined && known?.fingerprint === current) {
        return { kind: 'facts', facts: known.facts };
      }
      const learned = await (current === undefined ? ask() : askOnce(shared, current, ask));
      if (learned.kind === 'facts' && current !== undefined) {
        known = { fingerprint: current, facts: learned.facts };
        try {
          file.write(known);
        } catch {
          // A full or read-only disk: the program is asked once more by the next supervisor.
        }
      }
      return learned;
    },
  };
}

/** A program that could not be used is asked again the next time. */
async function askOnce<T>(
  shared: LearnedPrograms,
  key: string,
  ask: () => Promise<Learned<T>>,
): Promise<Learned<T>> {
  const asked = shared.get(key) ?? ask();
  shared.set(key, asked);
  const learned = (await asked) as Learned<T>;
  if (learned.kind === 'unusable') shared.delete(key);
  return learned;
}

/** Full path of a program as a shell would find it; undefined where there is none that may be run. */
function findOnPath(executable: string): string | undefined {
  const candidates = executable.includes('/')
    ? [executable]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, executable));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
