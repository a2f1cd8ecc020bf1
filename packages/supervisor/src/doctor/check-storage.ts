import { accessSync, constants, existsSync, type Stats, type StatsFs, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import { durableFileState } from '../storage/durable-file.ts';
import { lockHolder } from '../storage/storage-lock.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const MIB = 1_024 * 1_024;
/** Configurations, state and the agents' rotating output. */
const WARN_BELOW_BYTES = 500 * MIB;
const BROKEN_BELOW_BYTES = 20 * MIB;
const WARN_BELOW_FILES = 1_000;
const STATE_FILES = ['state.json', 'process.json', 'binary.json', 'connection.json', 'own-telemetry.json'];

/** Blocks and files of a file system, all and free ones. */
type Disk = Pick<StatsFs, 'bavail' | 'bsize' | 'files' | 'ffree'>;

/** Can the folder be used, whose is it, and is what is in it whole? */
export function checkStorage(
  settings: Pick<Settings, 'storageFolder' | 'agents'>,
  diskOf: (folder: string) => Disk = statfsSync,
): readonly Finding[] {
  const { storageFolder } = settings;
  const folder = checkFolder(storageFolder);
  return [
    folder,
    ...(existsSync(storageFolder) && folder.status !== 'broken'
      ? [checkLock(storageFolder), ...checkState(settings)]
      : []),
    ...checkSpace(storageFolder, diskOf),
  ];
}

function checkFolder(folder: string): Finding {
  let stats: Stats;
  try {
    stats = statSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return checkMissingFolder(folder);
    return broken(
      'storage.folder',
      `${folder} cannot be looked at: ${message}`,
      'run doctor as the user of the supervisor, or give that user access to the folders above',
    );
  }
  if (!stats.isDirectory())
    return broken(
      'storage.folder',
      `${folder} is no folder`,
      'name another storage.directory, or remove the file',
    );
  if (!mayUse(folder))
    return broken(
      'storage.folder',
      `${folder} cannot be read and written by this user (uid ${process.getuid?.() ?? '?'}; it belongs to uid ${stats.uid})`,
      'run the supervisor and doctor as the owner of the folder, or give it to their user: chown -R USER',
    );
  // Users of agents may go through the folder; nobody but its own user may see what is in it.
  if (process.platform !== 'win32' && (stats.mode & 0o066) !== 0)
    return warning(
      'storage.folder',
      `${folder} is open to other users (mode ${modeText(stats.mode)}); it holds configurations with secrets in them, and tokens`,
      `chmod 700 ${folder}`,
    );
  return ok('storage.folder', `${folder} can be used, by its user alone`);
}

function checkMissingFolder(folder: string): Finding {
  let above = dirname(folder);
  while (!existsSync(above)) above = dirname(above);
  if (statSync(above).isDirectory() && mayUse(above))
    return ok('storage.folder', `${folder} is not there yet and can be made in ${above}`);
  return broken(
    'storage.folder',
    `${folder} is not there, and this user cannot make it in ${above}`,
    `make it for the user of the supervisor, or name another storage.directory`,
  );
}

function checkLock(folder: string): Finding {
  const pid = lockHolder(folder);
  return pid === undefined
    ? ok('storage.lock', 'no supervisor runs on the storage folder')
    : ok('storage.lock', `the supervisor that runs as process ${pid} has the storage folder`);
}

/** Each is kept twice, with a checksum. */
function checkState({
  storageFolder,
  agents,
}: Pick<Settings, 'storageFolder' | 'agents'>): readonly Finding[] {
  const findings = [...new Set([storageFolder, ...agents.map((agent) => agent.storageFolder)])]
    .flatMap((folder) => STATE_FILES.map((name) => join(folder, name)))
    .filter((path) => existsSync(path))
    .flatMap(stateFindings);
  return findings.length > 0 ? findings : [ok('storage.state', 'every state file is whole')];
}

function stateFindings(path: string): readonly Finding[] {
  switch (durableFileState(path)) {
    case 'whole':
      return [];
    case 'previous':
      return [
        warning(
          'storage.state',
          `${path} is damaged; its previous version serves`,
          'nothing has to be done; check the disk if it happens again',
        ),
      ];
    case 'lost':
      return [
        broken(
          'storage.state',
          `${path} and its previous version are damaged`,
          'check the disk; the supervisor goes on with what the other files hold and asks the server for the rest',
        ),
      ];
  }
}

function checkSpace(folder: string, diskOf: (folder: string) => Disk): readonly Finding[] {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize, files, ffree } = diskOf(there);
  const freeBytes = bavail * bsize;
  const text = `${Math.floor(freeBytes / MIB)} MiB are free on the disk of ${folder}`;
  const fix = 'make room, or move storage.directory to another disk';
  // Some file systems have no fixed number of files, and say 0.
  if (files > 0 && ffree < WARN_BELOW_FILES)
    return [broken('storage.space', `the disk of ${folder} has room for ${ffree} files more`, fix)];
  if (freeBytes < BROKEN_BELOW_BYTES) return [broken('storage.space', text, fix)];
  if (freeBytes < WARN_BELOW_BYTES) return [warning('storage.space', text, fix)];
  return [ok('storage.space', text)];
}

function mayUse(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
