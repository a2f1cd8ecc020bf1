import { AGENT_STATES } from '../status/agent-status.ts';
import type { SupervisorStatus } from '../status/supervisor-status.ts';
import { Gauge, type MetricFamily } from './metric.ts';

/** What can be read off at the moment of a scrape: states, links, and what the supervisor itself takes. */
export function statusMetrics(status: () => SupervisorStatus): readonly MetricFamily[] {
  const perAgent = (
    name: string,
    help: string,
    read: (agent: SupervisorStatus['agents'][number]) => number,
  ) =>
    new Gauge({ name: `drover_supervisor_${name}`, help, labelNames: ['agent'] }, () =>
      status().agents.map((agent) => [{ agent: agent.name }, read(agent)]),
    );
  const ofProcess = (name: string, help: string, read: () => number) =>
    new Gauge({ name, help, labelNames: [] }, () => [[{}, read()]]);

  return [
    new Gauge({ name: 'drover_supervisor_info', help: 'Always 1', labelNames: ['version'] }, () => [
      [{ version: status().supervisor.version }, 1],
    ]),
    new Gauge(
      {
        name: 'drover_supervisor_agent_state',
        help: '1 for the state that the agent is in, 0 for the others',
        labelNames: ['agent', 'state'],
      },
      () =>
        status().agents.flatMap(({ name, state }) =>
          AGENT_STATES.map((each) => [{ agent: name, state: each }, Number(each === state)] as const),
        ),
    ),
    perAgent('agent_up', '1 while a process of the agent runs', ({ pid }) => Number(pid !== null)),
    perAgent('agent_ready', '1 when the agent has started, or has nothing to run', ({ isReady }) =>
      Number(isReady),
    ),
    perAgent('agent_healthy', '1 while the agent is healthy', ({ health }) => Number(health.healthy)),
    perAgent('server_connected', '1 while the link of the agent to the server is there', ({ server }) =>
      Number(server?.state === 'connected'),
    ),
    ofProcess('process_start_time_seconds', 'When the supervisor started, in Unix time', () =>
      Math.round(Date.parse(status().supervisor.startedAt) / 1_000),
    ),
    ofProcess('process_resident_memory_bytes', 'Resident memory of the supervisor', () =>
      process.memoryUsage.rss(),
    ),
    cpuSeconds(),
  ];
}

function cpuSeconds(): MetricFamily {
  return {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'User and system time that the supervisor has used',
    labelNames: [],
    samples() {
      const { user, system } = process.cpuUsage();
      return [{ suffix: '', labels: {}, value: (user + system) / 1e6 }];
    },
  };
}
