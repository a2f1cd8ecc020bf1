import type {
  Page,
  RolloutCreate,
  RolloutPreview,
  RolloutState,
  Rollout as RolloutView,
  SecretUse,
} from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { requireSelector } from '../agents/selector.ts';
import type { ConfigService } from '../configs/config-service.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, parseSort } from '../lib/page.ts';
import type { AgentHistoryStore } from './agent-history-store.ts';
import type { ConfigStack } from './config-stack.ts';
import { ConfigTarget, type ConfigTargetInput } from './config-target.ts';
import { DesiredState } from './desired-state.ts';
import type { FlowFigures } from './flow-gate.ts';
import type { Rollout, RolloutAction } from './rollout.ts';
import { RolloutBoard } from './rollout-board.ts';
import { RolloutEngine } from './rollout-engine.ts';
import { previewOf } from './rollout-preview.ts';
import type { RolloutStore } from './rollout-store.ts';
import { viewOfRollout } from './rollout-view.ts';
import { considerSkipped } from './skipped-members.ts';
import type { SecretValues } from './stack-content.ts';

export interface RolloutServiceOptions {
  readonly store: RolloutStore<ConfigStack>;
  readonly historyStore: AgentHistoryStore<ConfigStack>;
  readonly agents: AgentService;
  readonly configs: ConfigService;
  readonly secrets: SecretValues;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Undefined: nothing is known of what flows through agents. */
  readonly flow?: FlowFigures | undefined;
  /** An agent that gives no verdict for so long after its offer has failed; 10 minutes. */
  readonly applyDeadlineMs?: number | undefined;
}

const DEFAULT_APPLY_DEADLINE_MS = 600_000;

/**
 * Who runs what. Construct after agents and configs; `await start()` after `agents.start()` and before agents connect;
 * `await stop()` before `agents.stop()`.
 */
export class RolloutService {
  /** What the offers are made of. */
  readonly desired: DesiredState;
  /** Ids of rollouts whose state or counts changed; often. */
  readonly changes: Listeners<string>;
  /** Who and what is in a rollout. */
  readonly board: RolloutBoard<ConfigStack>;
  readonly #options: RolloutServiceOptions;
  readonly #target: ConfigTarget;
  readonly #engine: RolloutEngine<ConfigTargetInput, ConfigStack>;

  constructor(options: RolloutServiceOptions) {
    this.#options = options;
    const { store, historyStore, agents, configs, secrets, clock, log } = options;
    this.#target = new ConfigTarget(configs, agents, secrets);
    const applyDeadlineMs = options.applyDeadlineMs ?? DEFAULT_APPLY_DEADLINE_MS;
    const { flow } = options;
    this.#engine = new RolloutEngine({
      kind: this.#target,
      store,
      historyStore,
      agents,
      clock,
      log,
      flow,
      applyDeadlineMs,
    });
    this.desired = new DesiredState(this.#engine, this.#target, agents);
    this.changes = this.#engine.changes;
    this.board = new RolloutBoard({
      store,
      members: this.#engine.members,
      agents,
      require: (id) => this.#require(id),
    });
  }

  start(): Promise<void> {
    return this.#engine.start();
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }

  /** On disk when it resolves; agents are given the target from then on. */
  async create(input: RolloutCreate, author: string): Promise<RolloutView> {
    this.#checkSelectors(input);
    const target = await this.#target.pin(input.target);
    const nowMs = this.#options.clock.now();
    const id = this.#options.ids.next();
    await this.#engine.create({
      id,
      kind: this.#target.kind,
      target,
      selector: input.selector,
      strategy: input.strategy ?? { kind: 'all' },
      state: 'running',
      isStanding: true,
      createdAtMs: nowMs,
      createdBy: author,
      message: input.message ?? '',
      updatedAtMs: nowMs,
      endedAtMs: null,
    });
    return this.get(id);
  }

  /** What `create` would do now; changes nothing. */
  async preview(input: RolloutCreate): Promise<RolloutPreview> {
    this.#checkSelectors(input);
    const target = await this.#target.pin(input.target);
    return previewOf({
      strategy: input.strategy ?? { kind: 'all' },
      target,
      selector: input.selector,
      kind: this.#target,
      engine: this.#engine,
      agents: this.#options.agents,
      effectiveOf: (uid) => this.#options.agents.effectiveBodies(uid),
      nowMs: this.#options.clock.now(),
    });
  }

  /** What one agent would get of a target, and why it could not take it; nothing of it is kept. */
  async consider(agent: AgentRecord, input: RolloutCreate['target']) {
    const current = this.#engine.assignments.get(agent.uid)?.target;
    const { target, content } = await this.#target.read(input, current);
    const part = input.replaces === 'layer' ? input.name : undefined;
    const hasPlace = part === undefined || current?.configs.some(({ name }) => name === part) === true;
    if (!hasPlace) return { target, content, cannot: `its stack does not contain "${part}"` };
    const rendering = content.render(agent);
    const missing = rendering.kind === 'none' ? rendering.reason : undefined;
    return { target, content, cannot: this.#target.whyNot(agent, target) ?? missing };
  }

  /** What an agent was given, newest first, before this time; with how much there is. */
  async given(uid: InstanceUid, limit: number, beforeMs: number | undefined) {
    const { historyStore } = this.#options;
    await this.#engine.history.flush();
    const [entries, count] = await Promise.all([
      historyStore.page(uid, limit, beforeMs),
      historyStore.count(uid),
    ]);
    return { entries, total: count };
  }

  /** Who began a rollout and why, and who ended it; undefined where it is not known. */
  origin(id: string) {
    const rollout = this.#engine.get(id);
    return rollout && { ...rollout, endedBy: rollout.progress.endedBy };
  }

  /** Throws `rollout_not_found`. */
  get(id: string): RolloutView {
    return this.#view(this.#require(id));
  }

  /** Newest first, unless `sort=createdAt`. */
  list({
    limit,
    cursor,
    sort,
    state,
    config,
  }: PageRequest & {
    readonly state?: RolloutState | undefined;
    readonly config?: string | undefined;
  }): Page<RolloutView> {
    const { descending } = parseSort(sort, ['createdAt'], { field: 'createdAt', descending: true });
    const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const matching = [...this.#engine.all()].filter(
      (rollout) =>
        (state === undefined || rollout.state === state) &&
        (config === undefined || rollout.target.configs.some(({ name }) => name === config)),
    );
    if (descending) matching.reverse();
    const isBehind = (id: string): boolean =>
      afterId === undefined || (descending ? id < String(afterId) : id > String(afterId));
    const behind = matching.filter(({ id }) => isBehind(id));
    const items = behind.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = behind.length > limit && last !== undefined ? encodeCursor([last.id]) : null;
    return { items: items.map((rollout) => this.#view(rollout)), nextCursor, total: matching.length };
  }

  /** No new offers; those that were offered go on. On disk when it resolves, as the others here. */
  pause(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'pause', author);
  }

  resume(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'resume', author);
  }

  /** The wave after the one that is through may go. */
  approve(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'approve', author);
  }

  /** Agents that failed are offered the target once more. */
  retry(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'retry', author);
  }

  /** Nobody else is given the target, also not later; what was given stays desired. */
  abort(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'abort', author);
  }

  /** Each agent back to what it had before; those that had nothing are left alone and say so. */
  rollback(id: string, author: string): Promise<RolloutView> {
    return this.#act(id, 'rollback', author);
  }

  /** A secret has another value, or has one at last: whoever's configuration names it is offered that. */
  async secretChanged(name: string): Promise<void> {
    const named = new Set(this.#target.configsWithSecret(name));
    if (named.size === 0) return;
    await this.#engine.makeAllAnew();
    for (const { id, isStanding, target } of [...this.#engine.all()])
      if (isStanding && target.configs.some((config) => named.has(config.name)))
        await considerSkipped(id, { ...this.#options, members: this.#engine.members });
  }

  /** By name of the secret, what cannot do without it. */
  secretUses(): Map<string, SecretUse> {
    const uses = [...this.#target.secretUses()].map(([name, { hashes, configs }]): [string, SecretUse] => {
      const agents = hashes.reduce((sum, hash) => sum + this.#engine.assignments.agentsOf(hash), 0);
      return [name, { configs: [...configs].sort(), agents }];
    });
    return new Map(uses);
  }

  /** The adapter tells that an offer left for the agent. */
  configOffered(uid: InstanceUid, hash: string): void {
    this.#engine.given.offered(uid, hash);
  }

  async #act(id: string, action: RolloutAction, author: string): Promise<RolloutView> {
    await this.#engine.act(this.#require(id), action, author);
    this.#options.log.info({ rollout: id, action, author }, 'rollout');
    return this.get(id);
  }

  #checkSelectors({ selector, strategy }: RolloutCreate): void {
    requireSelector(selector);
    for (const wave of strategy?.kind === 'waves' ? strategy.waves : [])
      if (wave.selector !== undefined) requireSelector(wave.selector);
  }

  #require(id: string): Rollout<ConfigStack> {
    const rollout = this.#engine.get(id);
    if (rollout === undefined) throw new DomainError('rollout_not_found', `there is no rollout "${id}"`);
    return rollout;
  }

  #view(rollout: Rollout<ConfigStack>): RolloutView {
    return viewOfRollout(rollout, this.#engine.members, this.#options.clock.now());
  }
}
