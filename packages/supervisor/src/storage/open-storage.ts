import type { Logger } from '../logs/logger.ts';
import type { Settings } from '../settings/settings.ts';
import { makePrivateFolder } from './durable-file.ts';
import { closeToOthers, letThrough } from './file-access.ts';

/** Makes the storage folder, private to this user but for the way through to what agents of other users have to read. */
export function openStorage({ storageFolder, agents }: Settings, logger: Logger): void {
  makePrivateFolder(storageFolder);
  const access = closeToOthers(storageFolder);
  if (access.kind === 'open') {
    logger.warn(
      { folder: storageFolder, mode: access.mode },
      'the storage folder is used for other things too and open to others: give the supervisor a folder of its own (storage.directory)',
    );
    return;
  }
  letThrough(
    storageFolder,
    agents.flatMap(({ runAs }) => (runAs === undefined ? [] : [runAs.gid])),
  );
}
