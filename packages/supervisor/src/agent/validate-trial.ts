import type { ConfigFile } from '@drover/opamp';
import type { ValidationAnswer } from '../link/validation-messages.ts';
import { offerRefusal, planOf } from './offer-decision.ts';
import type { Supervision } from './supervision.ts';

/** True where the agent's program can be asked about a configuration, and one from the server could run here at all. */
export function canValidate({ adapter, acceptsRemoteConfig }: Supervision): boolean {
  return adapter.canValidate && acceptsRemoteConfig;
}

/**
 * Whether this host would run these files if they were offered: composed with the local and the locked layers, judged by the host's policy, and by the
 * program itself. Nothing that runs, is kept or is reported changes.
 */
export async function validateTrial(
  { adapter, runtime, state, ownTelemetry, secrets }: Supervision,
  files: ReadonlyMap<string, ConfigFile>,
): Promise<ValidationAnswer> {
  const plan = planOf({ hash: '', files });
  if (plan === undefined)
    return refused('it has no content: the agent would run what is configured on its host');
  const refusal = offerRefusal(files);
  if (refusal !== undefined) return refused(refusal);
  const inspection = await adapter.inspect();
  if (inspection.kind === 'unusable') return refused(secrets.mask(inspection.message));
  const composition = await adapter.compose({
    instanceUid: state.instanceUid,
    remote: plan,
    ownTelemetry: ownTelemetry.current,
    usesFallback: false,
    // Ports of the agent stay as they are.
    isRunning: true,
    isTrial: true,
  });
  switch (composition.kind) {
    case 'refused':
    case 'forbidden':
      return refused(secrets.mask(composition.message));
    case 'nothing':
      return refused('nothing would run: the layers that this host is set up with leave it out');
    case 'composed':
      break;
  }
  const validation = await runtime.tryOut(composition);
  return validation.kind === 'valid'
    ? validation
    : { kind: 'invalid', message: secrets.mask(validation.message) };
}

function refused(message: string): ValidationAnswer {
  return { kind: 'refused', message };
}
