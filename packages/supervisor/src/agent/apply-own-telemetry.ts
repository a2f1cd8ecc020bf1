import { isDeepStrictEqual } from 'node:util';
import type { OfferedConnectionSettings } from '@drover/opamp/client';
import { type OwnTelemetry, offeredDestination, SIGNALS } from '../own-telemetry/destination.ts';
import { probeDestination } from '../own-telemetry/probe-destination.ts';
import { replaceComposition } from './apply-offer.ts';
import { startAgent } from './keep-running.ts';
import { compose } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/** A destination that does not answer is tried for so long before it is refused: it may be starting just now. */
const PROBE_LIMIT_MS = 8_000;
const PROBE_PAUSE_MS = 1_000;

/**
 * What the agent's own telemetry would go to after an offer, each new destination having answered; undefined where that is what it goes to already. Rejects
 * for destinations that make no sense or do not answer. The agent is not touched.
 */
export async function prepareOwnTelemetry(
  { ownTelemetry, settings, secrets, signal }: Supervision,
  offered: OfferedConnectionSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OwnTelemetry | undefined> {
  const before = ownTelemetry.current;
  const next = merged(before, offered);
  if (isDeepStrictEqual(next, before)) return undefined;
  for (const { headers } of Object.values(next)) secrets.addHeaders(headers);
  await probeChanged(before, next, { ...env, ...settings.env }, signal);
  return next;
}

/** What an offer leaves out goes on as before (specification: Own Telemetry Reporting). Throws for a destination that makes no sense. */
function merged(before: OwnTelemetry, offered: OfferedConnectionSettings): OwnTelemetry {
  const { ownMetrics: metrics, ownLogs: logs, ownTraces: traces } = offered;
  const offers = { metrics, logs, traces };
  let next = before;
  for (const signal of SIGNALS) {
    const settings = offers[signal];
    if (settings === undefined) continue;
    const read = offeredDestination(signal, settings);
    if (read.kind === 'refused') throw new Error(read.message);
    const { [signal]: _before, ...others } = next;
    next = read.kind === 'none' ? others : { ...others, [signal]: read.destination };
  }
  return next;
}

async function probeChanged(
  before: OwnTelemetry,
  next: OwnTelemetry,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const options = { env, signal, limitMs: PROBE_LIMIT_MS, pauseMs: PROBE_PAUSE_MS };
  await Promise.all(
    SIGNALS.map(async (each) => {
      const destination = next[each];
      if (destination === undefined || isDeepStrictEqual(destination, before[each])) return;
      const probe = await probeDestination(destination, options);
      if (probe.kind === 'refused') throw new Error(`own ${each}: ${probe.message}`);
    }),
  );
}

/** Makes the agent send its own telemetry where it is to go. Rejects, with everything as it was, where it does not run well so. */
export async function applyOwnTelemetry(supervision: Supervision, next: OwnTelemetry): Promise<void> {
  const { ownTelemetry, runtime, plan, logger } = supervision;
  const before = ownTelemetry.current;
  ownTelemetry.use(next);
  try {
    const composition = await compose(supervision, plan);
    if (composition.kind === 'refused' || composition.kind === 'forbidden')
      throw new Error(composition.message);
    if (composition.kind === 'composed' && composition.ownTelemetryRefusal !== undefined)
      throw new Error(composition.ownTelemetryRefusal);
    // Where nothing runs, the next start is with it.
    if (composition.kind === 'composed' && runtime.running !== undefined) {
      const validation = await runtime.validate(composition);
      if (validation.kind === 'invalid') throw new Error(validation.message);
      if (supervision.signal.aborted) return;
      const result = await replaceComposition(supervision, composition, plan);
      if (result.kind === 'interrupted') return;
      if (result.kind !== 'healthy')
        throw new Error(`the agent does not run well with it: ${result.message}`);
    }
    ownTelemetry.accept();
    logger.info(
      { signals: Object.keys(next) },
      'the agent sends its own telemetry where the server wants it',
    );
  } catch (error) {
    ownTelemetry.use(before);
    logger.error({ err: (error as Error).message }, 'destinations of own telemetry are refused');
    await goBack(supervision);
    throw error;
  }
}

/** Runs what ran before the attempt, where that was touched. */
async function goBack(supervision: Supervision): Promise<void> {
  const { runtime, plan } = supervision;
  const composition = await compose(supervision, plan);
  if (composition.kind !== 'composed') return;
  if (runtime.running?.record.inputsHash === composition.inputsHash) return;
  await runtime.stop();
  await startAgent(supervision);
}
