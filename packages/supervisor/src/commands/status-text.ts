import type { AgentStatus } from '../status/agent-status.ts';
import type { SupervisorStatus } from '../status/supervisor-status.ts';
import { printable, tableText } from './print.ts';

const TITLES = 'NAME KIND UID PID STATE CONFIG VERDICT HEALTH RESTARTS SINCE SERVER'.split(' ');

/** The agents as a table, with whatever is wrong with one in its own line below. */
export function statusText({ supervisor, agents }: SupervisorStatus, nowMs: number): string {
  const up = duration(nowMs - Date.parse(supervisor.startedAt));
  const head = `drover-supervisor ${supervisor.version}, process ${supervisor.pid}, up ${up}, storage ${supervisor.storageFolder}\n\n`;
  const table = tableText([TITLES, ...agents.map((agent) => row(agent, nowMs))]);
  const troubles = agents.flatMap(troublesOf).map((line) => `${line}\n`);
  return `${head}${table}${troubles.length === 0 ? '' : `\n${troubles.join('')}`}`;
}

function row(agent: AgentStatus, nowMs: number): readonly string[] {
  return [
    agent.name,
    agent.kind,
    agent.instanceUid === null ? '-' : shortUid(agent.instanceUid),
    String(agent.pid ?? '-'),
    agent.state.replaceAll('_', ' '),
    agent.runningConfig?.slice(0, 12) ?? (agent.pid === null ? '-' : 'local'),
    agent.remoteConfig === null ? '-' : verdictText(agent),
    agent.health.healthy ? 'healthy' : 'unhealthy',
    String(agent.restarts),
    duration(nowMs - Date.parse(agent.since)),
    agent.server?.state ?? '-',
  ];
}

/** The last digits: the first ones of a UUIDv7 are a time, and alike for agents that were made together. */
function shortUid(uid: string): string {
  return uid.slice(-12);
}

/** The verdict is on the last offer, which need not be what runs. */
function verdictText({ remoteConfig, runningConfig }: AgentStatus): string {
  if (remoteConfig === null) return '-';
  const { hash, verdict } = remoteConfig;
  return hash === runningConfig ? verdict : `${verdict} ${hash.slice(0, 12)}`;
}

function troublesOf(agent: AgentStatus): readonly string[] {
  const { name, health, remoteConfig, problems, server } = agent;
  const lines: string[] = [];
  if (!health.healthy) lines.push(`${name}: ${health.status}: ${firstLine(health.lastError)}`);
  if (remoteConfig?.verdict === 'failed')
    lines.push(
      `${name}: the offered configuration ${remoteConfig.hash.slice(0, 12)} failed: ${firstLine(remoteConfig.errorMessage)}`,
    );
  for (const problem of problems) lines.push(`${name}: ${firstLine(problem)}`);
  if (server !== null && server.state !== 'connected' && server.lastError !== null)
    lines.push(
      `${name}: ${server.url} cannot be reached (${server.failedAttempts} tries): ${firstLine(server.lastError)}`,
    );
  return lines;
}

function firstLine(text: string): string {
  return printable(text.split('\n', 1)[0] ?? '');
}

/** The two largest units, as in 3d4h or 5m. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units: readonly (readonly [string, number])[] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3_600) % 24],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  return first < 0
    ? '0s'
    : units
        .slice(first, first + 2)
        .map(([unit, amount]) => (amount === 0 ? '' : `${amount}${unit}`))
        .join('');
}
