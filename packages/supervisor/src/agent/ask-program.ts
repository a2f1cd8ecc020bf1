import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter, ComposedConfig, Validation } from '../adapters/agent-adapter.ts';
import type { Turns } from '../process/turns.ts';
import { placeFiles } from '../storage/config-folder.ts';

export interface AskProgramOptions {
  readonly adapter: AgentAdapter;
  readonly turns: Turns;
  /** Of the agent; the files stand in a folder below it, which is private. */
  readonly storageFolder: string;
}

/** Where a composition stands while the program looks at it: one for what is about to run, and one for what is only asked about. */
export type AsideFolder = 'candidate' | 'trial';

/** Asks the program whether it would run this composition; the files that run now are not touched. Not twice at once for one folder. */
export async function askProgram(
  { adapter, turns, storageFolder }: AskProgramOptions,
  { files, main }: ComposedConfig,
  aside: AsideFolder,
): Promise<Validation> {
  const folder = join(storageFolder, aside);
  const place = { folder, main, readers: adapter.place.readers, isExclusive: true };
  try {
    placeFiles(files, place);
    return await turns.run(() => adapter.validate(place));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
