import { resolve } from 'node:path';
import { findStorageFolder } from '../settings/find-storage-folder.ts';
import { askSupervisor, type SupervisorAnswer } from '../status/ask-supervisor.ts';
import type { SupervisorStatus } from '../status/supervisor-status.ts';
import type { CommandLine } from './command-line.ts';
import { print } from './print.ts';
import { statusText } from './status-text.ts';

const EXIT_FAILURE = 1;
const EXIT_WRONG_SETTINGS = 2;

/** Asks the supervisor on the storage folder how its agents are. */
export async function status({
  settingsFile,
  storageFolder,
  output,
}: Extract<CommandLine, { kind: 'status' }>): Promise<number> {
  const found =
    storageFolder === undefined
      ? findStorageFolder(settingsFile, process.env)
      : ({ kind: 'found', folder: resolve(storageFolder) } as const);
  if (found.kind === 'invalid') {
    process.stderr.write(
      `drover-supervisor: ${found.message}\nName the settings by --config, or the storage folder by --storage.\n`,
    );
    return EXIT_WRONG_SETTINGS;
  }
  const answer = await askSupervisor(found.folder, '/status');
  if (answer.kind !== 'answer' || answer.code !== 200) {
    process.stderr.write(`drover-supervisor: ${explain(answer, found.folder)}\n`);
    return EXIT_FAILURE;
  }
  const said = JSON.parse(answer.body) as SupervisorStatus;
  print(output, said, () => statusText(said, Date.now()));
  return 0;
}

function explain(answer: SupervisorAnswer, folder: string): string {
  switch (answer.kind) {
    case 'no_supervisor':
      return `no supervisor runs on the storage folder ${folder}: nobody answers on ${answer.socket}. Start one with "drover-supervisor run", or name the folder of the one that runs by --storage`;
    case 'no_permission':
      return `${answer.socket} belongs to another user: run this as the user of the supervisor, or as root`;
    case 'failed':
      return `the supervisor on ${folder} cannot be asked: ${answer.message}`;
    case 'answer':
      return `the supervisor on ${folder} answers with ${answer.code}: ${answer.body.trim()}`;
  }
}
