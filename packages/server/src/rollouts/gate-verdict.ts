import type { GateVerdict as GateVerdictView } from '@drover/api';

/** What a gate judged, and by which figures. */
export interface GateVerdict extends Omit<GateVerdictView, 'at'> {
  readonly atMs: number;
}
