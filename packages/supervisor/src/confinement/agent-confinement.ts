import type { Logger } from '../logs/logger.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { blockedAt } from '../storage/file-access.ts';
import type { Account } from './account.ts';
import { type Confinement, confinement } from './confinement.ts';

/** The confinement that an agent's settings ask for; what this host cannot hold, and what the agent cannot reach, is said in the log. */
export function agentConfinement(settings: AgentSettings, logger: Logger): Confinement {
  const { name, storageFolder, runAs, limits, executable } = settings;
  const made = confinement({
    account: runAs,
    limits,
    isGo: settings.kind === 'collector',
    storageFolder,
    name,
    onProblem: (message) => logger.error({}, message),
  });
  for (const { limit, wanted, by, shortfall } of made.holds) {
    if (shortfall === undefined) logger.info({ limit, wanted, by }, 'limit of the agent');
    else
      logger.warn({ limit, wanted, by, shortfall }, 'a limit of the agent cannot be kept here as it is set');
  }
  if (runAs !== undefined) warnOfBlocked(runAs, [`${storageFolder}/`, executable], logger);
  return made;
}

function warnOfBlocked(runAs: Account, paths: readonly string[], logger: Logger): void {
  for (const path of paths.filter((each) => each.startsWith('/'))) {
    const folder = blockedAt(path, runAs);
    if (folder === undefined) continue;
    logger.warn(
      { user: runAs.name, folder },
      `the agent's user cannot go through this folder, which is on the way to ${path}: let it (chmod o+x), or move what is in it`,
    );
  }
}
