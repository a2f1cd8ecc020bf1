import { getHeapStatistics } from 'node:v8';
import type { SelfHealth } from '@drover/api';
import type { Domain, Foundation } from './compose-domain.ts';
import type { OpampAdapter } from './opamp/opamp-adapter.ts';
import { LoopDelay } from './telemetry/loop-delay.ts';
import { type RecentDurations, rounded } from './telemetry/recent-durations.ts';

/** How this process is: asked by the console, a few times a minute. */
export interface SelfHealthSource {
  read(): Promise<SelfHealth>;
  stop(): void;
}

export function openSelfHealth(
  { settings, clock, storage, hub }: Foundation,
  { agents, flow }: Domain,
  adapter: OpampAdapter,
  writes: RecentDurations,
): SelfHealthSource {
  const startedAt = new Date(clock.now()).toISOString();
  const loop = new LoopDelay();
  let before: { readonly cpu: NodeJS.CpuUsage; readonly atMs: number } | undefined;

  function cpuPercent(): number | null {
    const [cpu, atMs] = [process.cpuUsage(), performance.now()];
    const last = before;
    before = { cpu, atMs };
    if (last === undefined || atMs - last.atMs < 1) return null;
    const usedMs = (cpu.user - last.cpu.user + cpu.system - last.cpu.system) / 1000;
    return Math.round((usedMs / (atMs - last.atMs)) * 1000) / 10;
  }

  async function database(): Promise<SelfHealth['database']> {
    const { kind } = storage;
    const beganMs = performance.now();
    try {
      await storage.ping();
      const pingMs = rounded(performance.now() - beganMs);
      return { kind, isReachable: true, pingMs, sizeBytes: await storage.sizeBytes(), writes: writes.view() };
    } catch {
      return { kind, isReachable: false, pingMs: null, sizeBytes: null, writes: writes.view() };
    }
  }

  return {
    stop: () => loop.stop(),
    async read() {
      const { rss: rssBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
      const { counters } = adapter.server;
      const { offer: isOffered, selector = '' } = settings.telemetry.ownMetrics;
      const { maxConnections, maxAgents } = settings.opamp;
      return {
        at: new Date(clock.now()).toISOString(),
        startedAt,
        pid: process.pid,
        node: process.version,
        eventLoop: loop.view(),
        memory: { rssBytes, heapUsedBytes, heapLimitBytes: getHeapStatistics().heap_size_limit },
        cpuPercent: cpuPercent(),
        database: await database(),
        links: {
          ...counters.connections,
          silent: counters.silentConnections,
          limit: maxConnections === 0 ? null : maxConnections,
        },
        agents: { known: agents.size, limit: maxAgents },
        eventStreams: { open: hub.streams, limit: settings.http.maxEventStreams },
        ownMetrics: { isOffered, selector, heardFrom: flow.size },
      };
    },
  };
}
