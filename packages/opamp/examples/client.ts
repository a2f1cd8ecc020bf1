// An agent that takes any configuration. node client.ts [url], which starts with ws, wss, http or https
import { createOpampClient } from '@drover/opamp/client';

let running = new Map([['', { body: Buffer.from('nothing yet\n'), contentType: 'text/plain' }]]);

const client = createOpampClient({
  url: process.argv[2] ?? 'ws://127.0.0.1:4320/v1/opamp',
  description: { identifying: { 'service.name': 'my-agent', 'service.version': '1.0.0' } },
  capabilities: ['AcceptsRemoteConfig', 'ReportsRemoteConfig', 'ReportsEffectiveConfig', 'ReportsHeartbeat'],
  effectiveConfig: () => running,
  onConnect: () => console.log('connected as', client.instanceUid),
  onRemoteConfig: ({ hash, files }) => {
    running = new Map(
      [...(files ?? [])].map(([name, file]) => [name, { ...file, body: Buffer.from(file.body) }]),
    );
    console.log('applied', [...running.values()].map(({ body }) => body.toString().trim()).join());
    client.setRemoteConfigStatus({ hash, status: 'applied' });
    client.effectiveConfigChanged();
  },
  onConnectFailed: (error, retryInMs) => console.warn(`${error.message}; again in ${retryInMs} ms`),
});
client.start();
process.once('SIGTERM', () => client.stop());
