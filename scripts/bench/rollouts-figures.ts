/** Of a fleet of one size; times in milliseconds. */
export interface RolloutFigures {
  readonly known: number;
  readonly connected: number;
  /** From the request to the last agent's offer, and to its last answered status. */
  readonly lastOffer: number;
  readonly lastAck: number;
  /** Longest waits of anybody else meanwhile. */
  readonly messageMax: number;
  readonly requestMax: number;
  readonly messageP95: number;
  readonly requestP95: number;
  /** Of the request that starts a rollout. */
  readonly create: number;
  readonly preview: number;
  readonly previewCpu: number;
  readonly drifted: number;
  readonly driftList: number;
  readonly driftListCpu: number;
  readonly statusCpuUs: number;
  readonly mib: number;
}
