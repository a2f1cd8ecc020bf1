import { MAX_FAILED_HASHES, type RemoteConfig } from '../storage/agent-state.ts';
import type { Supervision } from './supervision.ts';

/** The process that runs is healthy: noted, and a configuration that was given up on before its time is APPLIED after all. */
export function settleHealthy(supervision: Supervision): void {
  const { runtime, state, logger } = supervision;
  runtime.note({ wasHealthy: true });
  supervision.resumed();
  supervision.setPhase({ kind: 'running' });
  supervision.armStability();
  supervision.dataCheck?.begin();
  const { received, failed } = state;
  if (received?.verdict !== 'failed' || received.config.hash !== runtime.running?.record.remoteHash) return;
  logger.info({ remoteConfig: received.config.hash }, 'remote configuration became healthy after all');
  supervision.save({ failed: failed.filter(({ hash }) => hash !== received.config.hash) });
  supervision.conclude(received.config, 'applied');
}

/** The server is told that a configuration failed while it ran, and it is remembered so that it is not tried again. */
export function condemn(supervision: Supervision, config: RemoteConfig, reason: string): void {
  const others = supervision.state.failed.filter(({ hash }) => hash !== config.hash);
  supervision.save({
    failed: [...others, { hash: config.hash, errorMessage: reason }].slice(-MAX_FAILED_HASHES),
  });
  supervision.conclude(config, 'failed', reason);
}
