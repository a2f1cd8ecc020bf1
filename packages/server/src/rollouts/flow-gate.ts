import type { FlowGate } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { GateVerdict } from './gate-verdict.ts';

/** What flows through some agents together, in items (spans, data points, log records) a second. */
export interface FlowSums {
  /** Agents whose own metrics this is made of. */
  readonly agents: number;
  /** Agents that export less often than it was looked for. */
  readonly late: number;
  readonly accepted: number;
  readonly refused: number;
  readonly sent: number;
  /** Gave up to send. */
  readonly failed: number;
  /** Of the fullest queue of any of them; null where none says. */
  readonly queuePercent: number | null;
  /** Of all of them; null where none says. */
  readonly memoryBytes: number | null;
}

/** Where figures of what flows come from. */
export interface FlowFigures {
  /** Over the last `windowMs`, for those of the agents that sent metrics in that time. */
  sums(uids: Iterable<InstanceUid>, windowMs: number): Promise<FlowSums>;
}

const USUAL = { minSentPercent: 50, maxRefusedPercent: 5, maxFailedPercent: 5, maxQueuePercent: 90 };
/** Less than this a second is nothing to compare with. */
const LEAST_RATE = 0.05;

/** What flows through a wave after the change, against the same agents before it and against the limits of the gate. */
export function judgeFlow(
  gate: FlowGate,
  before: FlowSums | null,
  after: FlowSums,
  waveSize: number,
  atMs: number,
): GateVerdict {
  const faults: string[] = [];
  const sentPercent =
    before !== null && before.agents > 0 && before.sent >= LEAST_RATE
      ? (100 * after.sent) / before.sent
      : null;
  const refusedPercent = share(after.refused, after.accepted);
  const failedPercent = share(after.failed, after.sent);
  const memoryGrowthPercent =
    before?.memoryBytes && after.memoryBytes !== null
      ? (100 * (after.memoryBytes - before.memoryBytes)) / before.memoryBytes
      : null;
  const { minSentPercent, maxRefusedPercent, maxFailedPercent, maxQueuePercent } = {
    ...USUAL,
    ...given(gate),
  };
  if (after.agents > 0) {
    if (sentPercent !== null && sentPercent < minSentPercent)
      faults.push(`they send ${shown(sentPercent)} % of the previous rate (at least ${minSentPercent} %)`);
    if (refusedPercent > maxRefusedPercent)
      faults.push(`they refuse ${shown(refusedPercent)} % of incoming data (at most ${maxRefusedPercent} %)`);
    if (failedPercent > maxFailedPercent)
      faults.push(`${shown(failedPercent)} % of outgoing data fails (at most ${maxFailedPercent} %)`);
    if (after.queuePercent !== null && after.queuePercent > maxQueuePercent)
      faults.push(`a queue is ${shown(after.queuePercent)} % full (at most ${maxQueuePercent} %)`);
    const maxGrowth = gate.maxMemoryGrowthPercent;
    if (maxGrowth !== undefined && memoryGrowthPercent !== null && memoryGrowthPercent > maxGrowth)
      faults.push(`their memory grew by ${shown(memoryGrowthPercent)} % (at most ${maxGrowth} %)`);
  } else if (before !== null && before.agents > 0 && after.late === 0) {
    faults.push('they stopped sending own metrics after the change');
  }
  const silent = waveSize - after.agents;
  const late = after.late > 0 ? ` (${after.late} export less often than the soak time)` : '';
  const note =
    silent > 0
      ? `; ${silent} of ${waveSize} agents sent no metrics${late} and are judged by health alone`
      : '';
  const passed = faults.length === 0;
  const verdict = passed
    ? after.agents === 0
      ? 'data flow is unknown'
      : 'data flow is within the limits'
    : faults.join(', ');
  return {
    gate: 'flow',
    passed,
    text: `${verdict}${note}`,
    figures: {
      agents: after.agents,
      late: after.late,
      agentsBefore: before?.agents ?? 0,
      sentBefore: before?.sent ?? null,
      sent: after.sent,
      sentPercent,
      accepted: after.accepted,
      refused: after.refused,
      refusedPercent,
      failed: after.failed,
      failedPercent,
      queuePercent: after.queuePercent,
      memoryBefore: before?.memoryBytes ?? null,
      memory: after.memoryBytes,
      memoryGrowthPercent,
    },
    atMs,
    by: null,
  };
}

function given(gate: FlowGate): Partial<typeof USUAL> {
  return Object.fromEntries(Object.entries(gate).filter(([, value]) => value !== undefined));
}

function share(part: number, rest: number): number {
  return part + rest < LEAST_RATE ? 0 : (100 * part) / (part + rest);
}

function shown(percent: number): string {
  return percent.toFixed(percent < 10 ? 1 : 0);
}
