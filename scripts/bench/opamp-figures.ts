import type { LoadResult } from './load-generator.ts';

/** Figures of one server; times in seconds, CPU in microseconds. */
export interface OpampFigures {
  connectCpuUs: number;
  connectSeconds: number;
  heartbeatCpuUs: number;
  statusCpuUs: number;
  heartbeatsPerSecond: number;
  kibPerAgent: number;
  baseMiB: number;
  loadedMiB: number;
  /** From here on WebSocket alone: over plain HTTP the agents decide when they ask. */
  pushCpuUs?: number;
  pushLastOfferSeconds?: number;
  pushAckedSeconds?: number;
  crashReadySeconds?: number;
  crashBackSeconds?: number;
  crashSettledSeconds?: number;
  /** Asked on their return, and with the heartbeats of the time after it. */
  crashAsked?: number;
  crashAskedLater?: number;
  /** Heartbeats of one a second until nobody was asked any more. */
  crashAskedForSeconds?: number;
  plannedBackSeconds?: number;
  plannedAsked?: number;
  idleCpuUsPerSecond: number;
  /** What did not go as it should. */
  remarks: string[];
}

/** What of a phase did not go as it should. */
export function remarkOn(phase: string, result: LoadResult, agents: number): string[] {
  const remarks: string[] = [];
  if (result.timedOut) {
    remarks.push(
      `${phase}: not finished in time (${result.received} of ${result.sent} answered, ${result.answered} of ${agents} agents back, ${result.settled} of ${result.asked} full reports, ${result.acked} acked)`,
    );
  }
  if (result.errors > 0) remarks.push(`${phase}: ${result.errors} errors`);
  if (result.refused !== '') remarks.push(`${phase}: refused with "${result.refused}"`);
  if (phase !== 'crash' && phase !== 'planned restart' && result.drops > 0) {
    remarks.push(`${phase}: ${result.drops} links lost`);
  }
  return remarks;
}
