import type { RolloutCounts, RolloutStrategy } from '@drover/api';
import { displayNameOf, type InstanceUid } from '../agents/agent.ts';
import { breathe } from '../lib/breathe.ts';
import type { Clock } from '../lib/clock.ts';
import type { Fleet } from './fleet.ts';
import { type FlowFigures, type FlowSums, judgeFlow } from './flow-gate.ts';
import type { GateVerdict } from './gate-verdict.ts';
import type { Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import { failuresAllowed, judgesHealth, soakSecondsOf } from './rollout-progress.ts';

export interface WaveJudgeOptions {
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly members: RolloutMembers;
  readonly flow: FlowFigures | undefined;
}

const SLICE = 2000;
const NAMES_SHOWN = 3;
/** What flowed is looked at over at least this long: agents send their metrics every few seconds. */
const FLOW_WINDOW_MS = 60_000;
const MIN_FLOW_WINDOW_MS = 10_000;

/** Too many agents of a wave failed; undefined while not. */
export function failuresVerdict(
  strategy: RolloutStrategy,
  { matched, skipped, superseded, failed }: RolloutCounts,
  atMs: number,
): GateVerdict | undefined {
  const size = matched - skipped - superseded;
  const allowed = failuresAllowed(strategy, size);
  if (allowed === undefined || failed <= allowed) return undefined;
  const text = `${failed} of ${size} agents could not apply it (${allowed} allowed)`;
  return {
    gate: 'failures',
    passed: false,
    text,
    figures: { failed, agents: size, allowed },
    atMs,
    by: null,
  };
}

/** Judges the wave that a rollout has come to, once it has soaked. */
export class WaveJudge {
  readonly #options: WaveJudgeOptions;

  constructor(options: WaveJudgeOptions) {
    this.#options = options;
  }

  /** What flows through the agents of this wave now; null where the strategy does not ask, or nothing is known. */
  async flowOf({ id, strategy }: Rollout, wave: number): Promise<FlowSums | null> {
    const { flow } = this.#options;
    if (flow === undefined || strategy.gates?.flow === undefined) return null;
    return flow.sums(await this.#uidsOf(id, wave), FLOW_WINDOW_MS);
  }

  /** One verdict for each gate that the strategy has; none where it has none. */
  async verdicts(rollout: Rollout): Promise<GateVerdict[]> {
    const verdicts: GateVerdict[] = [];
    if (judgesHealth(rollout.strategy)) verdicts.push(await this.#health(rollout));
    const flow = await this.#flow(rollout);
    if (flow !== undefined) verdicts.push(flow);
    return verdicts;
  }

  async #health({ id, strategy, progress }: Rollout): Promise<GateVerdict> {
    const { agents, members, clock } = this.#options;
    const { current } = progress;
    const counts = members.counts(id, current);
    const size = counts.matched - counts.skipped - counts.superseded;
    const names: string[] = [];
    let [unhealthy, unknown, looked] = [0, 0, 0];
    for (const { uid, wave, state } of members.of(id)) {
      looked += 1;
      if (looked % SLICE === 0) await breathe();
      const agent = agents.record(uid);
      if (wave !== current || state !== 'applied' || agent === undefined) continue;
      if (agent.health.state === 'unknown') unknown += 1;
      if (agent.health.state !== 'unhealthy') continue;
      unhealthy += 1;
      if (names.length < NAMES_SHOWN)
        names.push(`${displayNameOf(agent)}${agent.health.lastError ? ` (${agent.health.lastError})` : ''}`);
    }
    const allowed = failuresAllowed(strategy, size) ?? 0;
    const passed = unhealthy + counts.failed <= Math.max(allowed, counts.failed);
    const more = unhealthy > names.length ? ` and ${unhealthy - names.length} more` : '';
    const text = passed
      ? `${counts.applied - unhealthy - unknown} of ${size} agents run it and are healthy${unknown > 0 ? `, ${unknown} of unknown health` : ''}`
      : `${unhealthy} of ${size} agents run it and are unhealthy: ${names.join(', ')}${more}`;
    const figures = {
      agents: size,
      applied: counts.applied,
      unhealthy,
      unknown,
      failed: counts.failed,
      allowed,
    };
    return { gate: 'health', passed, text, figures, atMs: clock.now(), by: null };
  }

  async #flow({ id, strategy, progress }: Rollout): Promise<GateVerdict | undefined> {
    const { flow, clock, members } = this.#options;
    const gate = strategy.gates?.flow;
    if (gate === undefined) return undefined;
    const { current, waves } = progress;
    const uids = await this.#uidsOf(id, current);
    const soakMs = soakSecondsOf(strategy, current) * 1000;
    const windowMs = Math.min(FLOW_WINDOW_MS, Math.max(MIN_FLOW_WINDOW_MS, soakMs));
    const none: FlowSums = {
      agents: 0,
      late: 0,
      accepted: 0,
      refused: 0,
      sent: 0,
      failed: 0,
      queuePercent: null,
      memoryBytes: null,
    };
    const after = flow === undefined ? none : await flow.sums(uids, windowMs);
    const { applied } = members.counts(id, current);
    return judgeFlow(gate, waves[current]?.flowBefore ?? null, after, applied, clock.now());
  }

  async #uidsOf(id: string, wave: number): Promise<InstanceUid[]> {
    const uids: InstanceUid[] = [];
    let looked = 0;
    for (const member of this.#options.members.of(id)) {
      looked += 1;
      if (looked % SLICE === 0) await breathe();
      if (member.wave === wave) uids.push(member.uid);
    }
    return uids;
  }
}
