import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type PerTransport = Readonly<Record<'websocket' | 'http', number>>;

/** What the OpAMP endpoint counts. */
export interface OpampCounts {
  readonly messagesReceived: PerTransport;
  readonly messagesSent: PerTransport;
  readonly connections: PerTransport;
  readonly silentConnections: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly fullStateRequests: number;
}

/** Where the metrics read what is counted elsewhere; asked at each scrape. */
export interface MetricsSources {
  /** Agents by connection state. */
  agents(): Readonly<Record<string, number>>;
  enrolment(): Readonly<Record<string, number>>;
  opamp(): OpampCounts | undefined;
  eventStreams(): number;
}

export interface Metrics {
  readonly registry: Registry;
  offered(kind: string): void;
  httpServed(facts: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  httpRefused(code: string): void;
  eventStreamCut(): void;
  /** An export of an agent's own metrics. */
  ownMetricsTaken(outcome: 'taken' | 'refused'): void;
  /** Figures of an agent's own metrics were dropped. */
  ownMetricsDropped(reason: string): void;
  storageWrote(durationMs: number): void;
}

const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const WRITE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** The names that dashboards are written against. No label holds an agent's identity. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  new Gauge({
    name: 'drover_agents',
    help: 'Agents by connection state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(sources.agents())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'drover_agents_by_enrolment',
    help: 'Agents by whether they are let in: approved, pending, rejected, revoked',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(sources.enrolment())) this.set({ state }, count);
    },
  });
  new Counter({
    name: 'drover_opamp_messages_total',
    help: 'OpAMP messages by direction (in, out) and transport',
    labelNames: ['direction', 'transport'],
    registers,
    collect() {
      const counters = sources.opamp();
      if (!counters) return;
      this.reset();
      for (const transport of ['websocket', 'http'] as const) {
        this.inc({ direction: 'in', transport }, counters.messagesReceived[transport]);
        this.inc({ direction: 'out', transport }, counters.messagesSent[transport]);
      }
    },
  });
  new Gauge({
    name: 'drover_opamp_connections',
    help: 'Open connections of agents by transport',
    labelNames: ['transport'],
    registers,
    collect() {
      for (const [transport, count] of Object.entries(sources.opamp()?.connections ?? {}))
        this.set({ transport }, count);
    },
  });
  new Gauge({
    name: 'drover_opamp_silent_connections',
    help: 'Links that have not said who they are',
    registers,
    collect() {
      this.set(sources.opamp()?.silentConnections ?? 0);
    },
  });
  new Counter({
    name: 'drover_opamp_full_state_requests_total',
    help: 'Requests to agents to report their full state',
    registers,
    collect() {
      this.reset();
      this.inc(sources.opamp()?.fullStateRequests ?? 0);
    },
  });
  new Counter({
    name: 'drover_opamp_errors_total',
    help: 'What was refused, cut or dropped on the OpAMP endpoint, by code',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of Object.entries(sources.opamp()?.errors ?? {})) this.inc({ code }, count);
    },
  });
  new Gauge({
    name: 'drover_http_event_streams',
    help: 'Open streams of live events',
    registers,
    collect() {
      this.set(sources.eventStreams());
    },
  });
  const offers = new Counter({
    name: 'drover_offers_total',
    help: 'Offers that left for an agent, by kind',
    labelNames: ['kind'],
    registers,
  });
  const httpRefused = new Counter({
    name: 'drover_http_errors_total',
    help: 'Refused REST requests by code',
    labelNames: ['code'],
    registers,
  });
  const streamsCut = new Counter({
    name: 'drover_http_event_streams_cut_total',
    help: 'Event streams cut because their reader was too slow',
    registers,
  });
  const ownMetrics = new Counter({
    name: 'drover_own_metrics_requests_total',
    help: "Exports of agents' own metrics over OTLP/HTTP, by what became of them",
    labelNames: ['outcome'],
    registers,
  });
  const ownMetricsDropped = new Counter({
    name: 'drover_own_metrics_dropped_total',
    help: "Agents' own metrics that were dropped, by resource and reason: unknown_agent, other_agent (the token is for another), unproved (the agent sends its own by a token)",
    labelNames: ['reason'],
    registers,
  });
  const http = new Histogram({
    name: 'drover_http_request_duration_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const writes = new Histogram({
    name: 'drover_storage_write_duration_seconds',
    help: 'Time of a write to the database until it is on disk',
    buckets: WRITE_BUCKETS,
    registers,
  });
  return {
    registry,
    offered: (kind) => offers.inc({ kind }),
    httpServed: ({ method, route, status, seconds }) =>
      http.observe({ method, route, status: String(status) }, seconds),
    httpRefused: (code) => httpRefused.inc({ code }),
    eventStreamCut: () => streamsCut.inc(),
    ownMetricsTaken: (outcome) => ownMetrics.inc({ outcome }),
    ownMetricsDropped: (reason) => ownMetricsDropped.inc({ reason }),
    storageWrote: (durationMs) => writes.observe(durationMs / 1000),
  };
}
