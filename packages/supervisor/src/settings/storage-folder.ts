import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { resolveNear } from './resolve-near.ts';

const UPSTREAM_STORAGE_FOLDER = '/var/lib/otelcol/supervisor';

/** `storage.directory`, else `storage` beside the settings file, else upstream's default folder where that holds a state. */
export function chooseStorageFolder(directory: string | undefined, folder: string): string {
  if (directory !== undefined) return resolveNear(folder, directory);
  const own = resolve(folder, 'storage');
  const holdsUpstreamState = existsSync(resolve(UPSTREAM_STORAGE_FOLDER, 'persistent_state.yaml'));
  return !existsSync(own) && holdsUpstreamState ? UPSTREAM_STORAGE_FOLDER : own;
}
