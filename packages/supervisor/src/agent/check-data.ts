import type { AgentAdapter } from '../adapters/agent-adapter.ts';
import { DataCheck, missingText } from '../flow/data-check.ts';
import type { Logger } from '../logs/logger.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { AgentQueue } from './agent-queue.ts';
import type { AgentRuntime } from './agent-runtime.ts';

/** What a look at the data needs of the agent that it belongs to. */
interface Watched {
  readonly settings: AgentSettings;
  readonly adapter: AgentAdapter;
  readonly runtime: AgentRuntime;
  readonly queue: AgentQueue;
  readonly logger: Logger;
  /** Undefined ends a problem of that concern. */
  problem(concern: string, message: string | undefined): void;
}

/** Looks at whether data flow through this agent, and says what is to follow where they do not; undefined where the settings do not ask for it or the agent cannot be asked. */
export function dataCheckOf(watched: Watched): DataCheck | undefined {
  const { settings, adapter, logger } = watched;
  const dataCheck = settings.kind === 'collector' ? settings.dataCheck : undefined;
  if (dataCheck === undefined || adapter.readFlow === undefined) return undefined;
  const { action, windowMs } = dataCheck;
  return new DataCheck({
    windowMs,
    read: adapter.readFlow,
    onMissing(missing) {
      if (missing === undefined) return watched.problem('data', undefined);
      const reason = missingText(missing, windowMs);
      watched.problem('data', reason);
      const record = watched.runtime.running?.record;
      if (action !== 'rollback' || record === undefined) return;
      const { launchId, inputsHash } = record;
      watched.queue.push({ kind: 'data_missing', reason, launchId, inputsHash });
    },
    onUnknown() {
      logger.warn({}, 'it cannot be said whether data flow: the own metrics of the agent do not answer');
    },
  });
}

/** True while the last configuration has not let data through yet, and is to be given up where it does not. */
export function isDataOnTrial({
  settings,
  dataCheck,
}: Pick<Watched, 'settings'> & { readonly dataCheck: DataCheck | undefined }): boolean {
  return (
    settings.kind === 'collector' &&
    settings.dataCheck?.action === 'rollback' &&
    dataCheck?.isPending === true
  );
}
