import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';

/** What agents run where somebody changed it by hand: the text that they were given, with something else in it. */
const BY_HAND = [
  ['verbosity: basic', 'verbosity: detailed'],
  ['verbosity: basic', 'verbosity: detailed'],
  ['verbosity: basic', 'verbosity: detailed'],
  ['timeout: 5s', 'timeout: 30s'],
  ['https://telemetry.example.com', 'https://old.example.com'],
] as const;

/** How many `startDriftingAgents` starts. */
export const DRIFTING_AGENTS = BY_HAND.length;

/** Agents that say that they applied what they were given, and run something else. */
export function startDriftingAgents(url: string): readonly OpampClient[] {
  return BY_HAND.map(([written, changed], at) => {
    let running = '';
    const agent = createOpampClient({
      url,
      stateStore: memoryStateStore(),
      description: {
        identifying: { 'service.name': 'edge-gateway', 'service.version': '0.149.0' },
        nonIdentifying: { 'host.name': `edge-${at + 1}.example.com`, 'os.type': 'darwin' },
      },
      capabilities: [
        'ReportsStatus',
        'ReportsHeartbeat',
        'AcceptsRemoteConfig',
        'ReportsRemoteConfig',
        'ReportsEffectiveConfig',
      ],
      effectiveConfig: () => new Map([['', { body: Buffer.from(running), contentType: 'text/yaml' }]]),
      onRemoteConfig: ({ hash, files }) => {
        running = Buffer.from([...(files?.values() ?? [])][0]?.body ?? '')
          .toString('utf8')
          .replace(written, changed);
        agent.setRemoteConfigStatus({ hash, status: 'applied' });
        agent.effectiveConfigChanged();
      },
    });
    agent.start();
    return agent;
  });
}
