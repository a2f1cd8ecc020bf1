import type { OwnTelemetry } from '../own-telemetry/destination.ts';

/** Why own telemetry that is wanted of a program without any is left out; undefined where none is wanted. */
export function noOwnTelemetry(wanted: OwnTelemetry): string | undefined {
  const signals = Object.keys(wanted);
  return signals.length === 0 ? undefined : `an agent of this kind sends no ${signals.join(', ')} of its own`;
}
