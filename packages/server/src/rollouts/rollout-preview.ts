import type { RolloutAgent, RolloutPreview, RolloutStrategy } from '@drover/api';
import { type AgentRecord, displayNameOf } from '../agents/agent.ts';
import { timeText } from '../lib/page.ts';
import { Slices } from '../lib/slices.ts';
import { candidatesFor } from './candidates.ts';
import { ChangeGroups, type EffectiveOf } from './change-groups.ts';
import type { ConfigStack } from './config-stack.ts';
import type { ConfigTarget, ConfigTargetInput } from './config-target.ts';
import type { Fleet } from './fleet.ts';
import { isHandingOut } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import { viewOfTarget } from './rollout-view.ts';
import { planWaves, wavesOf } from './wave-plan.ts';

const SAMPLES = 100;
/** So many agents are looked at before others may have their turn. */
const STEP = 200;
const PREVIEW_ID = 'preview';

export interface PreviewInput {
  readonly strategy: RolloutStrategy;
  readonly target: ConfigStack;
  readonly selector: string;
  readonly kind: ConfigTarget;
  readonly engine: RolloutEngine<ConfigTargetInput, ConfigStack>;
  readonly agents: Fleet;
  readonly effectiveOf: EffectiveOf;
  readonly nowMs: number;
}

/** What a rollout of this target would do now. Nothing of it stays in memory that nobody is to have. */
export async function previewOf(input: PreviewInput): Promise<RolloutPreview> {
  const { strategy, target, kind, engine, agents, nowMs } = input;
  const { assignments } = engine;
  const matching = await candidatesFor(input, { kind, agents, assignments });
  const made = new Set([target.hash]);
  const wouldChange = { count: 0, offline: 0, agents: [] as RolloutAgent[] };
  const cannot = { count: 0, agents: [] as RolloutAgent[] };
  const supersedes = new Map<string, number>();
  const current = new CurrentStacks(kind);
  const noWayBack = { count: 0, agents: [] as RolloutAgent[] };
  const takers: AgentRecord[] = [];
  const changing: AgentRecord[] = [];
  const groups = new ChangeGroups();
  let unchanged = 0;

  const sample = (agent: AgentRecord, state: 'pending' | 'skipped', reason: string): RolloutAgent => ({
    instanceUid: agent.uid,
    displayName: displayNameOf(agent),
    state,
    wave: 0,
    isConnected: agent.connection.state !== 'disconnected',
    reason,
    changedAt: timeText(nowMs),
  });

  const slices = new Slices();
  let looked = 0;
  for (const agent of matching) {
    if (looked++ % STEP === 0) await slices.turn();
    const assigned = assignments.get(agent.uid)?.target;
    // Made for all candidates.
    const own = kind.prepared(target, assigned) ?? target;
    made.add(own.hash);
    const reason = kind.whyNot(agent, own);
    if (reason !== undefined) {
      cannot.count += 1;
      if (cannot.agents.length < SAMPLES) cannot.agents.push(sample(agent, 'skipped', reason));
      continue;
    }
    takers.push(agent);
    const member = engine.members.active(agent.uid);
    const owner = member && engine.get(member.rolloutId);
    if (owner !== undefined && (isHandingOut(owner) || owner.state === 'paused')) {
      supersedes.set(owner.id, (supersedes.get(owner.id) ?? 0) + 1);
    }
    const verdict = kind.verdict(agent, own).kind;
    if (verdict === 'applied' || (assigned?.hash === own.hash && verdict !== 'failed')) {
      unchanged += 1;
      continue;
    }
    wouldChange.count += 1;
    changing.push(agent);
    groups.add(agent, assigned, own);
    if (assigned === undefined) {
      noWayBack.count += 1;
      if (noWayBack.agents.length < SAMPLES)
        noWayBack.agents.push(sample(agent, 'pending', 'has no configuration of Drover today'));
    }
    if (agent.connection.state === 'disconnected') wouldChange.offline += 1;
    if (wouldChange.agents.length < SAMPLES) wouldChange.agents.push(sample(agent, 'pending', ''));
    current.add(assigned, own);
  }
  const waves = await waveSizes(strategy, takers, changing);
  const shownGroups = await groups.shown(kind, input.effectiveOf);
  for (const hash of made) if (!assignments.isDesired(hash)) kind.unload(hash);

  return {
    waves,
    noWayBack,
    target: viewOfTarget(target),
    matched: matching.length,
    wouldChange,
    unchanged: { count: unchanged },
    cannot,
    groups: shownGroups,
    supersedes: [...supersedes].map(([rolloutId, count]) => ({ rolloutId, agents: count })),
    current: current.shown(),
  };
}

/** How many agents would change in each wave. Which ones is decided by chance when the rollout starts. */
async function waveSizes(
  strategy: RolloutStrategy,
  takers: readonly AgentRecord[],
  changing: readonly AgentRecord[],
): Promise<RolloutPreview['waves']> {
  const waves = wavesOf(strategy);
  if (waves.length === 0) return [{ wave: null, agents: changing.length }];
  const { agents } = await planWaves(PREVIEW_ID, strategy, takers);
  const isChanging = new Set(changing);
  const sizes = agents.map((wave) => wave.reduce((size, agent) => size + (isChanging.has(agent) ? 1 : 0), 0));
  return sizes.map((size, index) => ({ wave: waves[index] ?? null, agents: size }));
}

type CurrentStack = RolloutPreview['current'][number];

/** What agents have today, by its words. */
class CurrentStacks {
  readonly #kind: ConfigTarget;
  readonly #byWords = new Map<string, CurrentStack>();
  /** Agents of one stack share one object: its words are put together once. */
  readonly #byStack = new Map<ConfigStack | undefined, CurrentStack>();

  constructor(kind: ConfigTarget) {
    this.#kind = kind;
  }

  add(stack: ConfigStack | undefined, next: ConfigStack): void {
    let known = this.#byStack.get(stack);
    if (known === undefined) {
      const words = stack === undefined ? '' : this.#kind.describe(stack);
      known = this.#byWords.get(words) ?? {
        configs: [...(stack?.configs ?? [])],
        next: [...next.configs],
        agents: 0,
      };
      this.#byWords.set(words, known);
      this.#byStack.set(stack, known);
    }
    known.agents += 1;
  }

  /** Most agents first. */
  shown(): CurrentStack[] {
    return [...this.#byWords.values()].sort((a, b) => b.agents - a.agents);
  }
}
