import { sep } from 'node:path';
import type { Logger } from '../logs/logger.ts';
import { adoptAgentProcess, FOLDER_VARIABLE } from '../process/agent-process.ts';
import { findLeaders } from '../process/process-identity.ts';
import type { Settings } from '../settings/settings.ts';

const STOP_LIMIT_MS = 10_000;

/** Ends agents of this storage that the settings name no more: a killed supervisor left them, and nobody else would ever end them. */
export async function endStrangers(settings: Settings, logger: Logger): Promise<void> {
  const { storageFolder } = settings;
  const owned = new Set(settings.agents.map((agent) => agent.storageFolder));
  const strangers = findLeaders(
    FOLDER_VARIABLE,
    (folder) =>
      !owned.has(folder) && (folder === storageFolder || folder.startsWith(`${storageFolder}${sep}`)),
  );
  await Promise.all(
    strangers.map(async ({ identity, value }) => {
      logger.warn({ pid: identity.pid, folder: value }, 'an agent that the settings do not name is ended');
      await adoptAgentProcess(identity).stop(STOP_LIMIT_MS);
    }),
  );
}
