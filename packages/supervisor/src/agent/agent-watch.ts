import { healthErrors, startVerdict } from './agent-health.ts';
import type { RunMark } from './agent-queue.ts';
import type { Supervision } from './supervision.ts';

const UNREACHABLE_AFTER_MS = 15_000;
/** An agent that was alone for long tries its supervisor only once a minute or so. */
const ADOPTED_UNREACHABLE_AFTER_MS = 150_000;

/** Looks at what the agent says, and that it says something, while no start is being waited for. */
export class AgentWatch {
  readonly #supervision: Supervision;
  #silenceTimer: NodeJS.Timeout | undefined;
  #livenessTimer: NodeJS.Timeout | undefined;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /** The agent said something, or cannot be heard any more. */
  observed(): void {
    const supervision = this.#supervision;
    const { isLinked } = supervision.runtime.observed;
    if (isLinked) this.close();
    else if (supervision.phase.kind === 'running') {
      this.#watchSilence(UNREACHABLE_AFTER_MS, supervision.settings.livenessLimitMs);
    }
    if (isLinked && !supervision.runtime.isStarting) this.#lookAtHealth();
    supervision.link?.touch();
  }

  /** The adopted agent has to find its supervisor again. */
  awaitAdopted(): void {
    const limitMs = this.#supervision.settings.livenessLimitMs;
    this.#watchSilence(
      ADOPTED_UNREACHABLE_AFTER_MS,
      limitMs === 0 ? 0 : Math.max(limitMs, ADOPTED_UNREACHABLE_AFTER_MS),
    );
  }

  close(): void {
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#livenessTimer);
  }

  #lookAtHealth(): void {
    const { runtime, queue, phase } = this.#supervision;
    const { running, observed } = runtime;
    const mark = this.#mark();
    if (running === undefined || mark === undefined || observed.health === undefined) return;
    if (phase.kind === 'adopted' || phase.kind === 'unreachable')
      this.#supervision.setPhase({ kind: 'running' });
    const verdict = startVerdict(observed.health);
    if (verdict === 'started' && !running.record.wasHealthy) queue.push({ kind: 'came_up', ...mark });
    if (verdict === 'failed' && running.record.wasHealthy && !running.record.isProven)
      queue.push({ kind: 'failing', reason: healthErrors(observed.health), ...mark });
  }

  #watchSilence(unreachableAfterMs: number, limitMs: number): void {
    this.close();
    const mark = this.#mark();
    if (mark === undefined) return;
    const isSilent = () => {
      const { running, observed } = this.#supervision.runtime;
      return running?.record.launchId === mark.launchId && !observed.isLinked;
    };
    this.#silenceTimer = setTimeout(() => {
      const { running } = this.#supervision.runtime;
      if (running === undefined || !isSilent()) return;
      this.#supervision.setPhase({ kind: 'unreachable', pid: running.process.identity.pid });
    }, unreachableAfterMs);
    if (limitMs === 0) return;
    this.#livenessTimer = setTimeout(() => {
      if (isSilent()) this.#supervision.queue.push({ kind: 'unresponsive', silentMs: limitMs, ...mark });
    }, limitMs);
  }

  #mark(): RunMark | undefined {
    const record = this.#supervision.runtime.running?.record;
    return record && { launchId: record.launchId, inputsHash: record.inputsHash };
  }
}
