import type { AgentStatus } from '../status/agent-status.ts';
import { type SupervisorStatus, supervisorStatus } from '../status/supervisor-status.ts';

/** An agent that runs well, for tests of what is made of it. */
export function someAgentStatus(change: Partial<AgentStatus> = {}): AgentStatus {
  return {
    name: 'agent',
    kind: 'collector',
    instanceUid: '01930000-0000-7000-8000-00000000000a',
    executable: '/usr/local/bin/otelcol',
    version: '0.149.0',
    pid: 4711,
    startedAt: '2026-11-29T10:00:00.000Z',
    state: 'running',
    since: '2026-11-29T10:00:01.000Z',
    isReady: true,
    health: { healthy: true, status: 'StatusOK', lastError: '' },
    remoteConfig: { hash: 'aabbccddeeff0011', verdict: 'applied', errorMessage: '' },
    runningConfig: 'aabbccddeeff0011',
    restarts: 1,
    crashes: 0,
    lastApply: null,
    problems: [],
    server: {
      url: 'ws://127.0.0.1:4320/v1/opamp',
      state: 'connected',
      since: '2026-11-29T10:00:00.000Z',
      failedAttempts: 0,
      lastError: null,
      lastConnectedAt: '2026-11-29T10:00:00.000Z',
    },
    runAs: null,
    limits: [],
    ...change,
  };
}

export function someSupervisorStatus(...agents: readonly AgentStatus[]): SupervisorStatus {
  return supervisorStatus(
    {
      version: '1.2.3',
      startedAtMs: Date.parse('2026-11-29T09:59:59.000Z'),
      storageFolder: '/var/lib/drover-supervisor',
      settingsFile: '/etc/drover-supervisor/supervisor.yaml',
    },
    agents,
  );
}
