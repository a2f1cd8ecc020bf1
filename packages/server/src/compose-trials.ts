import type { Domain, Foundation } from './compose-domain.ts';
import type { OpampAdapter } from './opamp/opamp-adapter.ts';
import { ConfigTrialService } from './rollouts/config-trial-service.ts';

/** Checks of configurations by programs. Rejects with a StartError where `configs.collector` is no Collector. */
export async function openConfigTrials(
  { settings }: Foundation,
  { agents, configs, secrets }: Domain,
  { validations }: OpampAdapter,
): Promise<ConfigTrialService> {
  const { collector } = settings.configs;
  const local =
    collector === undefined
      ? undefined
      : await import('./local-collector.ts').then(({ openLocalCollector }) => openLocalCollector(collector));
  return new ConfigTrialService({
    configs,
    agents,
    secrets,
    local,
    askable: {
      announcing: validations.announcing,
      ask: (uid, files, signal) => {
        const encoded = [...files].map(
          ([name, file]) => [name, { ...file, body: Buffer.from(file.body) }] as const,
        );
        return validations.ask(uid, new Map(encoded), signal);
      },
    },
  });
}
