import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';
import type { AgentObserver } from '../agent-adapter.ts';

export type ProbeResult =
  | { readonly kind: 'answer'; readonly health: ComponentHealth }
  /** The agent could not be asked. */
  | { readonly kind: 'silent'; readonly message: string };

/** Asks an agent again and again how it is, where it does not say so of its own accord. */
export interface HealthPoll {
  /** A process runs, or has taken up another configuration: asks from then on, often until the first answer. */
  begin(afterMs?: number): void;
  /** What is being asked now is not believed any more. */
  end(): void;
}

export interface HealthPollOptions {
  readonly probe: () => Promise<ProbeResult>;
  readonly observer: Pick<AgentObserver, 'onHealth' | 'onLink'>;
  /** Between two questions to an agent that is healthy. */
  readonly intervalMs: number;
}

const STARTING_INTERVAL_MS = 100;
/** A start that takes longer than this is not asked for so often any more. */
const SLOW_START_AFTER_MS = 10_000;
/** An agent that is not well is asked more often, so that the end of it is not missed. */
const UNWELL_INTERVAL_MS = 1_000;

export function healthPoll({ probe, observer, intervalMs }: HealthPollOptions): HealthPoll {
  let round: AbortController | undefined;

  const run = async (signal: AbortSignal, afterMs: number) => {
    if (afterMs > 0) await pause(afterMs, signal);
    const startedAtMs = performance.now();
    let isLinked = false;
    let hasAnswered = false;
    while (!signal.aborted) {
      const result = await probe().catch(unanswered);
      if (signal.aborted) return;
      const isAnswer = result.kind === 'answer';
      if (isAnswer !== isLinked) {
        isLinked = isAnswer;
        observer.onLink(isLinked);
      }
      if (isAnswer) observer.onHealth(result.health);
      hasAnswered ||= isAnswer;
      const isSlow = hasAnswered || performance.now() - startedAtMs > SLOW_START_AFTER_MS;
      const unwellMs = isSlow ? UNWELL_INTERVAL_MS : STARTING_INTERVAL_MS;
      const isWell = isAnswer && result.health.healthy;
      await pause(isWell ? intervalMs : Math.min(unwellMs, intervalMs), signal);
    }
  };

  const end = () => round?.abort();
  return {
    begin(afterMs = 0) {
      end();
      round = new AbortController();
      void run(round.signal, afterMs);
    },
    end,
  };
}

/** A question that cannot even be put must not end the supervisor. */
function unanswered(error: unknown): ProbeResult {
  return { kind: 'silent', message: error instanceof Error ? error.message : String(error) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });
}

export interface ProbedHealth {
  readonly healthy: boolean;
  readonly status: string;
  readonly lastError?: string;
  readonly startedAtMs?: number;
  readonly components?: Readonly<Record<string, ComponentHealth>>;
}

/** What a probe has found, in the specification's form. Time of the status is now. */
export function probedHealth({
  healthy,
  status,
  lastError = healthy ? '' : status,
  startedAtMs = 0,
  components = {},
}: ProbedHealth): ComponentHealth {
  return create(ComponentHealthSchema, {
    healthy,
    status,
    lastError,
    startTimeUnixNano: BigInt(Math.round(startedAtMs)) * 1_000_000n,
    statusTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
    componentHealthMap: components,
  });
}
