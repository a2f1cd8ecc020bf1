import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { proxyFromEnvironment } from '../credentials/proxy-environment.ts';
import { type EnvironmentAttributes, environmentAttributes } from '../description/environment-attributes.ts';
import { agentSettings, unknownAccounts } from './agent-settings.ts';
import { expandEnvironment, type SettingPath } from './env-expansion.ts';
import { serverSettings } from './server-settings.ts';
import type { LogSettings, ServerSettings, Settings } from './settings.ts';
import { checkSettingsFile, type SettingsFile } from './settings-file.ts';
import { settingsNotices } from './settings-notices.ts';
import { chooseStorageFolder } from './storage-folder.ts';

export type ReadSettingsResult =
  | { readonly kind: 'settings'; readonly settings: Settings; readonly notices: readonly string[] }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Reads the settings file. Every problem is listed, each with its path in the file. */
export function readSettings(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): ReadSettingsResult {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return invalid([`cannot read ${path}: ${(error as Error).message}`]);
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    return invalid(document.errors.map((error) => `${path}: ${error.message.trim()}`));

  const expansion = expandEnvironment(document.toJS() ?? {}, env);
  const checked = checkSettingsFile(expansion.value);
  const problems = expansion.problems.map(problemText);
  if (checked.kind === 'invalid') {
    // What a missing variable leaves empty would be refused a second time, with a worse message.
    const explained = new Set(expansion.problems.map(({ path: where }) => pathText(where)));
    problems.push(
      ...checked.problems.filter(({ path: where }) => !explained.has(pathText(where))).map(problemText),
    );
  }
  if (checked.kind === 'invalid' || problems.length > 0) return invalid(problems);

  const folder = dirname(path);
  const server = serverSettings(checked.file, folder);
  const { url, proxy } = server.server;
  const hostProblems = [
    ...server.problems.map(problemText),
    ...unknownAccounts(checked.file).map(problemText),
    ...(proxy === undefined ? environmentProblems(url, env) : []),
  ];
  if (hostProblems.length > 0) return invalid(hostProblems);
  const environment = environmentAttributes(env.OTEL_RESOURCE_ATTRIBUTES);
  return {
    kind: 'settings',
    settings: toSettings(checked.file, server.server, environment, folder),
    notices: [
      ...settingsNotices(checked.file),
      ...(environment.kind === 'invalid' ? [environment.message] : []),
    ],
  };
}

function invalid(problems: readonly string[]): ReadSettingsResult {
  return { kind: 'invalid', problems };
}

function pathText(path: SettingPath): string {
  return path.length === 0 ? '(top level)' : path.join('.');
}

function problemText({ path, message }: { readonly path: SettingPath; readonly message: string }): string {
  return `${pathText(path)}: ${message}`;
}

function environmentProblems(
  serverUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  try {
    proxyFromEnvironment(serverUrl, env);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function toSettings(
  file: SettingsFile,
  server: ServerSettings,
  environment: EnvironmentAttributes,
  folder: string,
): Settings {
  const storageFolder = chooseStorageFolder(file.storage?.directory, folder);
  return {
    server,
    agents: agentSettings(file, environment, storageFolder, folder),
    storageFolder,
    logs: logSettings(file, folder),
    healthcheckListen: healthcheckAddress(file),
  };
}

function logSettings({ telemetry }: SettingsFile, folder: string): LogSettings {
  const { level, encoding, output_paths: paths, initial_fields: fields } = telemetry?.logs ?? {};
  return {
    level: level ?? 'info',
    encoding: encoding ?? 'json',
    outputPaths: (paths ?? ['stderr']).map((path) =>
      path === 'stdout' || path === 'stderr' ? path : resolve(folder, path.replace(/^file:\/\//, '')),
    ),
    fields: fields ?? {},
  };
}

/** Port 0 is off, as upstream has it: a port that nobody knows is of no use. */
function healthcheckAddress({ healthcheck }: SettingsFile): string | undefined {
  const address = healthcheck?.endpoint ?? '';
  return address === '' || Number(address.slice(address.lastIndexOf(':') + 1)) === 0 ? undefined : address;
}
