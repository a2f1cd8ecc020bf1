import { type ComponentHealth, ComponentHealthSchema, type ConfigFile, create } from '@drover/opamp';
import { createOpampClient, type OpampClient } from '@drover/opamp/client';
import { eventually } from '../../e2e/support/process.ts';

/** An agent on our client that applies what it is offered, unless the text has the word REFUSE. */
export interface OurAgent {
  readonly client: OpampClient;
  readonly health: ComponentHealth;
  readonly configs: readonly Readonly<
    Record<string, { readonly body: string; readonly contentType: string }>
  >[];
  readonly errors: readonly Error[];
  readonly restarts: number;
  until(what: string, isSo: () => boolean): Promise<true>;
}

export function startOurAgent(url: string, heartbeatIntervalMs: number): OurAgent {
  const configs: Record<string, { body: string; contentType: string }>[] = [];
  const errors: Error[] = [];
  let restarts = 0;
  let effective: ReadonlyMap<string, ConfigFile> = new Map([
    ['', { body: new TextEncoder().encode('start: true\n'), contentType: 'text/yaml' }],
  ]);
  const health = create(ComponentHealthSchema, { healthy: true, status: 'running' });
  const client = createOpampClient({
    url,
    description: { identifying: { 'service.name': 'checkout' } },
    capabilities: [
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      'ReportsEffectiveConfig',
      'ReportsHealth',
      'ReportsHeartbeat',
      'AcceptsRestartCommand',
    ],
    health,
    heartbeatIntervalMs,
    backoff: { initialMs: 100, maxMs: 1_000 },
    effectiveConfig: () => effective,
    onRemoteConfig: ({ hash, files = new Map<string, ConfigFile>() }) => {
      const texts = Object.fromEntries(
        [...files].map(([name, { body, contentType }]) => [
          name,
          { body: new TextDecoder().decode(body), contentType },
        ]),
      );
      configs.push(texts);
      if (JSON.stringify(texts).includes('REFUSE')) {
        client.setRemoteConfigStatus({ hash, status: 'failed', errorMessage: 'refused by the test agent' });
        return;
      }
      effective = files;
      client.effectiveConfigChanged();
      client.setRemoteConfigStatus({ hash, status: 'applied' });
    },
    onRestartCommand: () => {
      restarts += 1;
    },
    onError: (error) => errors.push(error),
  });
  client.start();
  return {
    client,
    health,
    configs,
    errors,
    get restarts() {
      return restarts;
    },
    until: (what, isSo) => eventually(what, () => (isSo() ? true : undefined)),
  };
}
