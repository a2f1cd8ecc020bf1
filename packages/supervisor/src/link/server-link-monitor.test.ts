import { expect, test } from 'vitest';
import { agentMetricsRegistry } from '../telemetry/agent-metrics.ts';
import { exposition } from '../telemetry/exposition.ts';
import { ServerLinkMonitor } from './server-link-monitor.ts';

test('a link is followed from the first try to its end and back', () => {
  let nowMs = 1_000;
  const registry = agentMetricsRegistry();
  const monitor = new ServerLinkMonitor('ws://h/v1/opamp', registry.forAgent('a'), () => nowMs);
  nowMs = 2_000;
  monitor.failed('connect ECONNREFUSED');
  monitor.failed('connect ECONNREFUSED');
  expect(monitor.state).toMatchObject({
    state: 'connecting',
    sinceMs: 1_000,
    failedAttempts: 2,
    lastError: 'connect ECONNREFUSED',
    lastConnectedAtMs: undefined,
  });
  nowMs = 3_000;
  monitor.connected();
  expect(monitor.state).toMatchObject({
    state: 'connected',
    sinceMs: 3_000,
    failedAttempts: 0,
    lastError: undefined,
  });
  nowMs = 4_000;
  monitor.disconnected();
  nowMs = 5_000;
  monitor.failed('401');
  expect(monitor.state).toMatchObject({
    state: 'disconnected',
    sinceMs: 4_000,
    failedAttempts: 1,
    lastError: '401',
    lastConnectedAtMs: 3_000,
  });
  const text = exposition(registry.families);
  expect(text).toContain('drover_supervisor_server_connects_total{agent="a"} 1\n');
  expect(text).toContain('drover_supervisor_server_connect_failures_total{agent="a"} 3\n');
});

test('a server that moves its agents is named by its new address', () => {
  const monitor = new ServerLinkMonitor('ws://old', agentMetricsRegistry().forAgent('a'));
  monitor.connected('ws://new');
  expect(monitor.state.url).toBe('ws://new');
});
