import { expect, test } from 'vitest';
import { someAgentStatus, someSupervisorStatus } from '../testing/statuses.ts';
import { duration, statusText } from './status-text.ts';

const NOW = Date.parse('2026-11-29T10:05:01.000Z');

test('agents are a table, and what is wrong with one stands below', () => {
  const { supervisor, ...status } = someSupervisorStatus(
    someAgentStatus({ name: 'edge' }),
    someAgentStatus({
      name: 'gateway',
      pid: null,
      state: 'crash_loop',
      runningConfig: null,
      health: { healthy: false, status: 'crash loop, next start in 9 s', lastError: 'port taken\nat x' },
      remoteConfig: {
        hash: 'ffee00112233445566',
        verdict: 'failed',
        errorMessage: 'no such \u001b[31mreceiver',
      },
      server: {
        url: 'wss://drover.example/v1/opamp',
        state: 'disconnected',
        since: '2026-11-29T10:00:00.000Z',
        failedAttempts: 7,
        lastError: 'connect ECONNREFUSED',
        lastConnectedAt: null,
      },
    }),
    someAgentStatus({
      name: 'new',
      instanceUid: null,
      pid: null,
      state: 'idle',
      runningConfig: null,
      remoteConfig: null,
      server: null,
    }),
  );
  const lines = statusText({ ...status, supervisor: { ...supervisor, pid: 12 } }, NOW).split('\n');
  expect(lines).toEqual([
    'drover-supervisor 1.2.3, process 12, up 5m2s, storage /var/lib/drover-supervisor',
    '',
    'NAME     KIND       UID           PID   STATE       CONFIG        VERDICT              HEALTH     RESTARTS  SINCE  SERVER',
    'edge     collector  00000000000a  4711  running     aabbccddeeff  applied              healthy    1         5m     connected',
    'gateway  collector  00000000000a  -     crash loop  -             failed ffee00112233  unhealthy  1         5m     disconnected',
    'new      collector  -             -     idle        -             -                    healthy    1         5m     -',
    '',
    'gateway: crash loop, next start in 9 s: port taken',
    'gateway: the offered configuration ffee00112233 failed: no such  [31mreceiver',
    'gateway: wss://drover.example/v1/opamp cannot be reached (7 tries): connect ECONNREFUSED',
    '',
  ]);
});

test('an agent on its local configuration says so', () => {
  const status = someSupervisorStatus(someAgentStatus({ runningConfig: null, remoteConfig: null }));
  expect(statusText(status, NOW)).toMatch(/running +local +- +healthy/);
});

test.each([
  [0, '0s'],
  [59_999, '59s'],
  [300_000, '5m'],
  [303_000, '5m3s'],
  [3 * 86_400_000 + 4 * 3_600_000 + 5_000, '3d4h'],
  [-5, '0s'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('what hinders the supervisor of an agent that is well is shown too', () => {
  const status = someSupervisorStatus(someAgentStatus({ problems: ['the state cannot be saved: ENOSPC'] }));
  expect(statusText(status, NOW)).toContain('\nagent: the state cannot be saved: ENOSPC\n');
});
