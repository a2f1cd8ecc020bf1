import type { AgentObserver, LocalAddress, ObservedProcess } from '../agent-adapter.ts';
import { askHttp } from '../observe/ask-http.ts';
import { type HealthPoll, healthPoll, type ProbeResult, probedHealth } from '../observe/health-poll.ts';
import { freeLoopbackPort } from '../observe/loopback-port.ts';
import { processProbe } from '../observe/process-probe.ts';
import type { CollectorInventory } from './collector-components.ts';
import type { WatchedBy } from './compose-collector-config.ts';

const ASK_LIMIT_MS = 2_000;
const INTERVAL_MS = 5_000;

/** How a Collector is watched that does not speak to its supervisor: by its health_check extension, else by its process alone. */
export interface CollectorWatch {
  /** Where its health_check extension listens; 0 where it is not asked. */
  readonly probePort: number;
  open(formerProbePort: number, observer: AgentObserver): void;
  /** Takes another port where the former one is in use. Only when no Collector runs. */
  choosePort(): Promise<void>;
  watchedBy(address: Pick<LocalAddress, 'port' | 'token'>): WatchedBy;
  begin(process: ObservedProcess): void;
  end(): void;
}

/** `inventory` is undefined as long as it is not known what the program is built with. */
export function collectorWatch(inventory: () => CollectorInventory | undefined): CollectorWatch {
  let probePort = 0;
  let observer: AgentObserver | undefined;
  let poll: HealthPoll | undefined;

  const watchKind = (): WatchedBy['kind'] => {
    const extensions = inventory()?.components.extensions;
    // Of a program that is gone since it was started, it is known by its port alone.
    if (extensions === undefined) return probePort === 0 ? 'opamp' : 'health_check';
    if ('opamp' in extensions) return 'opamp';
    return 'health_check' in extensions ? 'health_check' : 'process';
  };
  const end = () => {
    poll?.end();
    poll = undefined;
  };

  return {
    get probePort() {
      return watchKind() === 'health_check' ? probePort : 0;
    },
    open(formerProbePort, theObserver) {
      probePort = formerProbePort;
      observer = theObserver;
    },
    async choosePort() {
      if (watchKind() === 'health_check') probePort = await freeLoopbackPort(probePort);
    },
    watchedBy({ port, token }) {
      const kind = watchKind();
      switch (kind) {
        case 'opamp':
          return { kind, port, token };
        case 'health_check':
          return { kind, port: probePort };
        case 'process':
          return { kind };
      }
    },
    begin(process) {
      end();
      const kind = watchKind();
      if (kind === 'opamp' || observer === undefined) return;
      const probe = kind === 'process' ? processProbe(process) : () => askHealthCheck(probePort, process);
      poll = healthPoll({ probe, observer, intervalMs: INTERVAL_MS });
      poll.begin();
    },
    end,
  };
}

/** The health_check extension answers 200 once the pipelines are ready, and 503 before and after. */
async function askHealthCheck(port: number, { startedAtMs }: ObservedProcess): Promise<ProbeResult> {
  const answer = await askHttp({ url: `http://127.0.0.1:${port}/`, limitMs: ASK_LIMIT_MS });
  if (answer.kind === 'silent') return answer;
  const healthy = answer.status === 200;
  return {
    kind: 'answer',
    health: probedHealth({
      healthy,
      status: healthy ? 'StatusOK' : 'not ready',
      lastError: healthy ? '' : `health_check answers ${answer.status} ${answer.body.trim().slice(0, 500)}`,
      startedAtMs,
    }),
  };
}
