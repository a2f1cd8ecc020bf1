import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigJudge } from '../../policy/judge-config.ts';
import type { CommandSettings } from '../../settings/settings.ts';
import type { RemoteConfig } from '../../storage/agent-state.ts';
import {
  type ComposedFile,
  type ConfigPlace,
  contentTypeOf,
  foreignFiles,
} from '../../storage/config-folder.ts';
import type { Composition } from '../agent-adapter.ts';
import { forbiddenFiles } from '../judge-files.ts';
import { localFiles, offeredFiles } from '../offered-files.ts';
import { uses } from './placeholders.ts';

export interface CommandConfigOptions {
  readonly settings: CommandSettings;
  readonly judge: ConfigJudge;
  readonly place: ConfigPlace;
  readonly remote: RemoteConfig | undefined;
}

export type CommandConfig =
  | { readonly kind: 'files'; readonly files: readonly ComposedFile[] }
  | Exclude<Composition, { readonly kind: 'composed' }>;

/** The files that a command agent is to be given. */
export function commandConfig({ settings, judge, place, remote }: CommandConfigOptions): CommandConfig {
  const local = localFiles(settings.localFiles);
  if (local.kind === 'refused') return local;
  const given =
    remote === undefined ? standalone(settings) : fromRemote(settings, judge, remote, local.files);
  if (given.kind !== 'files') return given;
  const files = [...given.files, ...local.files];
  const foreign = foreignFiles(files, place);
  if (foreign.length === 0) return { kind: 'files', files };
  const paths = foreign.map((name) => join(place.folder, name)).join(', ');
  return {
    kind: 'refused',
    message: `${paths} exists already and was not put there by this supervisor: move it away, or choose another config_directory`,
  };
}

function standalone(settings: CommandSettings): CommandConfig {
  const { configName: name, standaloneConfig } = settings;
  if (existsSync(standaloneConfig)) {
    return {
      kind: 'files',
      files: [{ name, body: readFileSync(standaloneConfig), contentType: contentTypeOf(name) }],
    };
  }
  return pointsAtFile(settings) ? { kind: 'nothing' } : { kind: 'files', files: [] };
}

function fromRemote(
  settings: CommandSettings,
  judge: ConfigJudge,
  remote: RemoteConfig,
  local: readonly ComposedFile[],
): CommandConfig {
  const offered = offeredFiles(remote, local);
  if (offered.kind === 'refused') return offered;
  const forbidden = forbiddenFiles({
    judge,
    hasPolicies: settings.policies.length > 0,
    files: offered.files,
    readOther: () => undefined,
  });
  if (forbidden !== undefined) return { kind: 'forbidden', message: forbidden };
  const files = withMain(settings, offered.files);
  if (files === undefined) {
    const names = offered.files.map(({ name }) => `"${name}"`).join(', ');
    return {
      kind: 'refused',
      message: `of several files exactly one has to be called "${settings.configName}", or to have no name; offered are ${names}`,
    };
  }
  const taken = local.find(({ name }) => files.some((file) => file.name === name));
  if (taken === undefined) return { kind: 'files', files };
  return {
    kind: 'refused',
    message: `the file name "${taken.name}" is not taken: a local file has that name`,
  };
}

/** A single file is the one that the program is pointed at, whatever it is called; of several it is the one with that name, or with none. */
function withMain(
  settings: CommandSettings,
  files: readonly ComposedFile[],
): readonly ComposedFile[] | undefined {
  const { configName } = settings;
  const [only] = files;
  if (only !== undefined && files.length === 1) return [{ ...only, name: configName }];
  const mains = files.filter(({ name }) => name === '' || name === configName);
  const [main] = mains;
  // A program that is pointed at the folder needs no such file.
  if (main === undefined) return pointsAtFile(settings) ? undefined : files;
  if (mains.length > 1) return undefined;
  return [{ ...main, name: configName }, ...files.filter((file) => file !== main)];
}

function pointsAtFile({ args, env }: CommandSettings): boolean {
  return uses([...args, ...Object.values(env)], 'config');
}
