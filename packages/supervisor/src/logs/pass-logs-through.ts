import type { AgentSettings } from '../settings/settings.ts';
import { type FileFollower, followFile } from './follow-file.ts';
import { lineLevel } from './line-level.ts';
import type { Logger } from './logger.ts';

/** Repeats what an agent writes to `path` in the supervisor's log, under the name of the agent's kind; undefined where that is not wanted. */
export function passLogsThrough(
  { passesLogsThrough, kind }: Pick<AgentSettings, 'passesLogsThrough' | 'kind'>,
  path: string,
  logger: Logger,
): FileFollower | undefined {
  if (!passesLogsThrough) return undefined;
  return followFile(path, (line) => logger[lineLevel(line)]({ logger: kind }, line));
}
