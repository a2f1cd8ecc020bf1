import { ComponentHealthSchema, create } from '@drover/opamp';
import { createOpampClient, type OpampClient, type OpampClientOptions } from '@drover/opamp/client';
import type { TestControlPlane } from './control-plane.ts';

export type Transport = 'websocket' | 'http';

/** An agent on the library's own client, and what it was told so far. */
export interface OpampAgent extends AsyncDisposable {
  readonly client: OpampClient;
  readonly uid: string;
  readonly offered: string[];
  readonly errors: string[];
  restarts: number;
}

/** The control plane's address for this transport. */
export function urlFor(on: TestControlPlane, transport: Transport): string {
  return transport === 'websocket' ? on.plane.opampUrl : on.plane.opampUrl.replace(/^ws/, 'http');
}

/** An agent that applies what it is offered, or fails where the body says so. */
export function startAgent(
  on: TestControlPlane,
  transport: Transport,
  options: Partial<OpampClientOptions> = {},
): OpampAgent {
  let running = 'receivers: {}';
  const agent = { offered: [] as string[], errors: [] as string[], restarts: 0 };
  const client = createOpampClient({
    url: urlFor(on, transport),
    description: {
      identifying: {
        'service.name': 'otelcol',
        'service.version': '1.2.3',
        'service.instance.id': crypto.randomUUID(),
      },
      nonIdentifying: { 'os.type': 'linux', 'host.cpus': 8n, 'host.ips': ['10.0.0.1'] },
    },
    capabilities: [
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsEffectiveConfig',
      'ReportsRemoteConfig',
      'ReportsHealth',
      'AcceptsRestartCommand',
    ],
    health: create(ComponentHealthSchema, { healthy: true, status: 'StatusOK' }),
    effectiveConfig: () => new Map([['', { body: Buffer.from(running), contentType: 'text/yaml' }]]),
    heartbeatIntervalMs: 50,
    backoff: { initialMs: 20, maxMs: 100 },
    onRemoteConfig: ({ hash, files }) => {
      const body = [...(files ?? [])].map(([, file]) => Buffer.from(file.body).toString()).join('\n');
      agent.offered.push(body);
      if (body.includes('broken')) {
        client.setRemoteConfigStatus({ hash, status: 'failed', errorMessage: 'cannot start pipelines' });
        return;
      }
      running = body;
      client.setRemoteConfigStatus({ hash, status: 'applied' });
      client.effectiveConfigChanged();
    },
    onRestartCommand: () => {
      agent.restarts += 1;
    },
    onError: (error) => agent.errors.push(error.message),
    ...options,
  });
  client.start();
  return Object.assign(agent, {
    client,
    uid: client.instanceUid as string,
    [Symbol.asyncDispose]: () => client.stop(),
  });
}
