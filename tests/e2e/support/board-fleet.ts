import type { ApiClient } from '@drover/api';
import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';

/** A Collector's configuration with these exporters; `nope` is one that no agent of the fleet has. */
export function collectorBody(exporters: readonly string[], timeout = '1s'): string {
  return `receivers:
  otlp:
    protocols:
      grpc: {}
processors:
  batch:
    timeout: ${timeout}
exporters:
${exporters.map((name) => `  ${name}:\n    endpoint: ${name.replace('/', '-')}.example:4317\n`).join('')}service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [${exporters.join(', ')}]
`;
}

function refusal(body: string, place: number): string | undefined {
  if (!body.includes('nope')) return undefined;
  return place < 3 ? 'unknown exporter "nope"' : `listen tcp 0.0.0.0:${4317 + place}: address already in use`;
}

/** An agent that runs what it is given, but for what it cannot. */
export function startBoardAgent(url: string, place: number, ring: string): OpampClient {
  let running = '';
  const client = createOpampClient({
    url,
    stateStore: memoryStateStore(),
    description: {
      identifying: { 'service.name': `edge-${place}`, 'service.version': '0.149.0' },
      nonIdentifying: { 'host.name': `host-${place}.example`, 'os.type': 'linux', ring },
    },
    capabilities: [
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      'ReportsEffectiveConfig',
      'ReportsHealth',
      'AcceptsRestartCommand',
    ],
    health: health(true),
    effectiveConfig: () =>
      running === '' ? undefined : new Map([['', { body: Buffer.from(running), contentType: 'text/yaml' }]]),
    onRemoteConfig: ({ hash, files }) => {
      const [file] = files?.values() ?? [];
      const body = Buffer.from(file?.body ?? []).toString();
      const errorMessage = refusal(body, place);
      if (errorMessage !== undefined) {
        client.setRemoteConfigStatus({ hash, status: 'failed', errorMessage });
        return;
      }
      running = body;
      client.setRemoteConfigStatus({ hash, status: 'applied' });
      client.effectiveConfigChanged();
    },
  });
  client.start();
  return client;
}

/** An agent that says nothing of itself. */
export function startMuteAgent(url: string): OpampClient {
  const client = createOpampClient({
    url,
    stateStore: memoryStateStore(),
    description: { identifying: {} },
    capabilities: ['ReportsStatus'],
  });
  client.start();
  return client;
}

export function health(
  healthy: boolean,
  components: Record<string, ComponentHealth> = {},
  lastError = '',
): ComponentHealth {
  return create(ComponentHealthSchema, {
    healthy,
    status: healthy ? 'StatusOK' : 'StatusPermanentError',
    lastError,
    statusTimeUnixNano: BigInt(Date.now() - 300_000) * 1_000_000n,
    componentHealthMap: components,
  });
}

/** Many pipelines, of which one has an exporter that does not work. */
export function deepHealth(): ComponentHealth {
  const pipelines = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [
      `pipeline:traces/${at}`,
      health(true, { 'receiver:otlp': health(true), 'exporter:otlp': health(true) }),
    ]),
  );
  const broken = health(false, { 'exporter:otlp': health(false, {}, 'connection refused by gw:4317') });
  return health(false, { pipelines: health(true, { ...pipelines, 'pipeline:metrics': broken }) });
}

/** A rollout that failed on five of eight: three with one error, two with one that differs in its port. */
export async function failedRollout(api: ApiClient): Promise<string> {
  await api.putConfig('edge', { body: collectorBody(['otlp/a', 'nope'], '5s') });
  const { id } = await api.createRollout({
    target: { kind: 'config', name: 'edge' },
    selector: 'service.name in (edge-0,edge-1,edge-2,edge-3,edge-4)',
    message: 'second backend',
  });
  return id;
}
