import type { AgentConfigEntry, ConfigHistoryEntry, Page, Rollout as RolloutView } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { ConfigService } from '../configs/config-service.ts';
import { DomainError } from '../lib/errors.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import type { AgentHistoryEntry } from './agent-history-store.ts';
import type { ConfigStack } from './config-stack.ts';
import type { RolloutService } from './rollout-service.ts';

export interface HistoryServiceOptions {
  readonly agents: AgentService;
  readonly configs: ConfigService;
  readonly rollouts: RolloutService;
}

/** What happened to each configuration and what each agent was given: who, what, when, why, and with what result. */
export class HistoryService {
  readonly #options: HistoryServiceOptions;

  constructor(options: HistoryServiceOptions) {
    this.#options = options;
  }

  /** Newest first. Throws `config_not_found`. */
  async ofConfig(
    name: string,
    { limit, cursor, kind }: PageRequest & { readonly kind?: ConfigHistoryEntry['kind'] | undefined },
  ): Promise<Page<ConfigHistoryEntry>> {
    const { configs, rollouts } = this.#options;
    const [number, id] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = (value: string | number | undefined) =>
      value === undefined ? undefined : encodeCursor([value]);
    const revisions = await configs.revisions(name, { limit: limit + 1, cursor: after(number) });
    const rolled = rollouts.list({ limit: limit + 1, cursor: after(id), config: name });
    const entries = [
      ...(kind === 'rollout'
        ? []
        : revisions.items.map((revision) => ({ entry: revisionEntry(revision), place: revision.number }))),
      ...(kind === 'revision'
        ? []
        : rolled.items.map((rollout) => ({ entry: rolloutEntry(rollout, name), place: rollout.id }))),
    ].sort((a, b) => order(b.entry, a.entry));
    const shown = entries.slice(0, limit);
    const last = (of: ConfigHistoryEntry['kind']) => shown.findLast(({ entry }) => entry.kind === of)?.place;
    // What nothing was shown of goes on where it was; these are above all there is.
    const next = [last('revision') ?? number ?? Number.MAX_SAFE_INTEGER, last('rollout') ?? id ?? '~'];
    const total = (kind === 'rollout' ? 0 : revisions.total) + (kind === 'revision' ? 0 : rolled.total);
    return {
      items: shown.map(({ entry }) => entry),
      nextCursor: entries.length > limit ? encodeCursor(next) : null,
      total,
    };
  }

  /** Newest first. Throws `agent_not_found`. */
  async ofAgent(uid: string, { limit, cursor }: PageRequest): Promise<Page<AgentConfigEntry>> {
    const { agents, rollouts } = this.#options;
    const agent = agents.record(uid as InstanceUid);
    if (agent === undefined)
      throw new DomainError(
        'agent_not_found',
        `there is no agent "${uid}"; it never connected, or it was forgotten`,
      );
    const [before] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { entries, total } = await rollouts.given(
      agent.uid,
      limit + 1,
      before === undefined ? undefined : Number(before),
    );
    const items = entries.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map((entry) => this.#agentEntry(agent, entry)),
      nextCursor: entries.length > limit && last !== undefined ? encodeCursor([last.assignedAtMs]) : null,
      total,
    };
  }

  #agentEntry(agent: AgentRecord, entry: AgentHistoryEntry<ConfigStack>): AgentConfigEntry {
    const { rolloutId, assignedAtMs, target, cause } = entry;
    const isCurrent = agent.desired?.assignedAtMs === assignedAtMs;
    const rollout = rolloutId === null ? undefined : this.#options.rollouts.origin(rolloutId);
    const isBack = cause === 'rollback';
    return {
      instanceUid: agent.uid,
      at: timeText(assignedAtMs),
      by: (isBack ? rollout?.endedBy : rollout?.createdBy) ?? '',
      message: isBack ? '' : (rollout?.message ?? ''),
      cause: isBack ? 'rollback' : 'rollout',
      rolloutId,
      configs: [...(target?.configs ?? [])],
      hash: entry.hash ?? (isCurrent ? (agent.desired?.hash ?? '') : ''),
      isCurrent,
      ...resultOf(agent, entry, isCurrent),
    };
  }
}

/** Of what it is to run now the agent's own word counts, where none was written down. */
function resultOf(
  { config, desired }: AgentRecord,
  { result, error, resultAtMs }: AgentHistoryEntry<ConfigStack>,
  isCurrent: boolean,
): Pick<AgentConfigEntry, 'result' | 'error' | 'resultAt'> {
  const resultAt = resultAtMs === null ? null : timeText(resultAtMs);
  if (result !== null) return { result, error: error ?? '', resultAt };
  if (!isCurrent) return { result: 'replaced', error: '', resultAt: null };
  const isItsWord = desired !== null && config.hash === desired.hash;
  if (isItsWord && config.status === 'applied') return { result: 'applied', error: '', resultAt };
  if (isItsWord && config.status === 'failed')
    return { result: 'failed', error: config.errorMessage, resultAt };
  return { result: 'waiting', error: '', resultAt: null };
}

function revisionEntry(revision: {
  readonly number: number;
  readonly hash: string;
  readonly bytes: number;
  readonly author: string;
  readonly message: string;
  readonly createdAt: string;
}): ConfigHistoryEntry {
  const { number, hash, bytes, author, message, createdAt } = revision;
  return { kind: 'revision', at: createdAt, by: author, message, revision: number, hash, bytes };
}

function rolloutEntry(rollout: RolloutView, name: string): ConfigHistoryEntry {
  const { id, state, selector, counts, isStanding, endedAt, createdAt, createdBy, message, target } = rollout;
  return {
    kind: 'rollout',
    at: createdAt,
    by: createdBy,
    message,
    revision: target.configs.find((config) => config.name === name)?.revision ?? 0,
    rolloutId: id,
    state,
    selector,
    replaces: target.replaces,
    configs: target.configs,
    counts,
    isStanding,
    endedAt,
  };
}

/** Of the same moment a rollout is later: it is of a revision that was there. */
function order(a: ConfigHistoryEntry, b: ConfigHistoryEntry): number {
  const byTime = Date.parse(a.at) - Date.parse(b.at);
  return byTime !== 0 || a.kind === b.kind ? byTime : a.kind === 'rollout' ? 1 : -1;
}
