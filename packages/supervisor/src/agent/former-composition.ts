import type { ComposedConfig, Composition } from '../adapters/agent-adapter.ts';
import { placedCompanions, placedFiles } from '../storage/config-folder.ts';
import { compose, LOCAL_CONCERN } from './launch-agent.ts';
import type { Supervision } from './supervision.ts';

/**
 * What the agent is to be started on. A local layer that has gone missing must neither be left out nor keep the agent
 * from running: what was composed with it, and was healthy, runs on, and the server is told.
 */
export async function composeOrKeep(supervision: Supervision): Promise<Composition> {
  const composition = await compose(supervision, supervision.plan);
  const former = composition.kind === 'refused' ? formerComposition(supervision) : undefined;
  if (composition.kind !== 'refused' || former === undefined) return composition;
  supervision.problem(LOCAL_CONCERN, `${composition.message}; the agent runs what it was given before`);
  return former;
}

/** What the agent was last given, where it was healthy on it and would be given the same remote configuration now. */
function formerComposition({
  runtime,
  adapter,
  plan,
  isOnFallback,
}: Supervision): ComposedConfig | undefined {
  const record = runtime.formerRecord;
  if (isOnFallback || record?.wasHealthy !== true || record.remoteHash !== plan?.hash) return undefined;
  const files = placedFiles(adapter.place);
  if (!files.some(({ name }) => name === adapter.place.main)) return undefined;
  return {
    kind: 'composed',
    files,
    main: adapter.place.main,
    companions: placedCompanions(adapter.place),
    ownTelemetryRefusal: undefined,
    inputsHash: record.inputsHash,
    launchHash: record.launchHash,
  };
}
