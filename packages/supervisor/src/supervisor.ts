import type { LearnedPrograms } from './adapters/program-facts.ts';
import { AgentSlot } from './agent/agent-slot.ts';
import { endStrangers } from './agent/end-strangers.ts';
import type { WhatOfTheAgent } from './agent/managed-agent.ts';
import { privilegeNotices, privilegeProblem } from './confinement/privileges.ts';
import { HostDescription } from './description/host-description.ts';
import { thisHost } from './description/host-probe.ts';
import { serverWay } from './link/server-way.ts';
import { type Logger, withFields } from './logs/logger.ts';
import { Turns } from './process/turns.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings/settings.ts';
import { openLocalInterface } from './status/open-local-interface.ts';
import { type SupervisorFacts, supervisorStatus } from './status/supervisor-status.ts';
import { openStorage } from './storage/open-storage.ts';
import { lockStorage } from './storage/storage-lock.ts';
import { agentMetricsRegistry } from './telemetry/agent-metrics.ts';
import { statusMetrics } from './telemetry/status-metrics.ts';

/** A check takes as much memory as the agent itself: an offer to a hundred agents must not start a hundred of them. */
const MAX_CHECKS_AT_ONCE = 4;

export type SupervisorStart =
  | { readonly kind: 'started'; readonly supervisor: Supervisor }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly message: string };

/** Runs the agents of one settings file. */
export interface Supervisor {
  /** Ends the agents, or leaves them to the next supervisor, and releases the storage; safe twice. */
  stop(agents?: WhatOfTheAgent): Promise<void>;
}

export interface SupervisorOptions {
  readonly settings: Settings;
  /** What it says of itself on the local interface. */
  readonly facts: Omit<SupervisorFacts, 'storageFolder'>;
  readonly logger: Logger;
  readonly secrets: Secrets;
  /** The environment of the agents. */
  readonly env: NodeJS.ProcessEnv;
}

/** Resolves when every agent is adopted or about to be started. */
export async function startSupervisor({
  settings,
  facts,
  logger,
  secrets,
  env,
}: SupervisorOptions): Promise<SupervisorStart> {
  const ownUid = process.getuid?.();
  const problem = privilegeProblem(settings.agents, ownUid);
  if (problem !== undefined) return { kind: 'refused', message: problem };
  for (const notice of privilegeNotices(settings.agents, ownUid)) logger.warn({}, notice);
  openStorage(settings, logger);
  const lock = await lockStorage(settings.storageFolder);
  if (lock.kind === 'held') {
    return {
      kind: 'refused',
      message: `the storage folder ${settings.storageFolder} belongs to another supervisor that runs as process ${lock.pid} (${lock.file}): stop it first, or give this one another storage.directory`,
    };
  }
  if (lock.problem !== undefined) logger.error({}, lock.problem);
  const way = serverWay(settings.server, env, secrets, logger);
  const host = new HostDescription(thisHost(env), logger);
  const stopping = new AbortController();
  const metrics = agentMetricsRegistry();
  const programs: LearnedPrograms = new Map();
  const turns = new Turns(MAX_CHECKS_AT_ONCE);
  const slots = settings.agents.map(
    (agent) =>
      new AgentSlot({
        settings: agent,
        way,
        host,
        metrics: metrics.forAgent(agent.name),
        logger: withFields(logger, { agent: agent.name }),
        secrets,
        env,
        programs,
        turns,
      }),
  );
  let local: { close(): Promise<void> } | undefined;
  let stopped: Promise<void> | undefined;
  const stop = async (agents: WhatOfTheAgent) => {
    stopping.abort();
    const results = await Promise.allSettled([...slots.map((slot) => slot.stop(agents)), local?.close()]);
    lock.release();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  try {
    const status = () =>
      supervisorStatus(
        { ...facts, storageFolder: settings.storageFolder },
        slots.map((slot) => slot.status()),
      );
    local = await openLocalInterface({
      source: { status, families: [...metrics.families, ...statusMetrics(status)] },
      settings,
      logger,
    });
    await endStrangers(settings, logger);
    await startAll(slots);
    if (settings.agents.some(({ asksCloudMetadata }) => asksCloudMetadata))
      void host.askCloud(stopping.signal);
  } catch (error) {
    await stop('end').catch(() => {});
    throw error;
  }
  return {
    kind: 'started',
    supervisor: {
      stop(agents = 'end') {
        stopped ??= stop(agents);
        return stopped;
      },
    },
  };
}

/** Rejects when not one of them can be supervised: then it is the supervisor that has a fault. */
async function startAll(slots: readonly AgentSlot[]): Promise<void> {
  const starts = await Promise.allSettled(slots.map((slot) => slot.start()));
  const failed = starts.flatMap((start, index) => {
    const slot = slots[index];
    return start.status === 'rejected' && slot ? [{ slot, reason: start.reason as unknown }] : [];
  });
  if (failed.length === slots.length) throw failed[0]?.reason;
  for (const { slot, reason } of failed) slot.keepTrying(reason);
}
