import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AgentCheck } from '../commands/check-agent.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { broken, type Finding, ok, skipped } from './finding.ts';
import { programPlatform } from './program-platform.ts';

/** The program of an agent, and its local configuration as the program judges it. */
export function checkProgram(settings: AgentSettings, check: AgentCheck): readonly Finding[] {
  const { name, executable } = settings;
  switch (check.kind) {
    case 'unusable':
      return [
        programFinding(settings, check.message),
        skipped('config', 'the program cannot be asked about its configuration', name),
      ];
    case 'nothing_to_run':
      return [
        programOk(name, executable, check),
        ok('config', 'there is no local configuration; the agent waits for one from the server', name),
      ];
    case 'invalid':
      return [
        programOk(name, executable, check),
        broken(
          'config',
          `the program refuses its local configuration: ${check.message}`,
          `correct ${settings.standaloneConfig} or the layers in config_files; "drover-supervisor validate" checks again`,
          name,
        ),
      ];
    case 'valid':
      return [
        programOk(name, executable, check),
        ok('config', 'the program accepts its local configuration', name),
      ];
  }
}

function programOk(
  name: string,
  executable: string,
  { facts }: Exclude<AgentCheck, { kind: 'unusable' }>,
): Finding {
  return ok('program', `${executable} is ${facts.name} ${facts.version}`, name);
}

/** Why a program that could not be asked could not, as far as its file tells; `said` otherwise. */
function programFinding({ name, executable }: AgentSettings, said: string): Finding {
  const path = executable.includes('/') ? executable : onPath(executable);
  if (path === undefined)
    return broken(
      'program',
      `${executable} is nowhere on the path`,
      'install it, or name its full path in executable',
      name,
    );
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? broken('program', `${path} does not exist`, 'install it there, or correct executable', name)
      : broken(
          'program',
          `${path} cannot be looked at: ${(error as Error).message}`,
          'give the user of the supervisor access to the folders above',
          name,
        );
  }
  if (!stats.isFile())
    return broken('program', `${path} is no file`, 'name the program itself in executable', name);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return broken('program', `${path} may not be run by this user`, `chmod +x ${path}`, name);
  }
  const platform = programPlatform(path);
  if (platform !== undefined && !platform.isOurs)
    return broken(
      'program',
      `${path} is built for ${platform.name}, and this host is ${process.platform} ${process.arch}`,
      'install the build for this host',
      name,
    );
  return broken('program', said, 'run it by hand to see what it says', name);
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
