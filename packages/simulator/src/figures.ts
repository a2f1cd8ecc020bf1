const MAX_ERROR_KINDS = 20;
const MAX_ERROR_CHARS = 200;

/** What a run has counted so far. */
export class Figures {
  readonly startedAtMs: number;
  readonly connectLatenciesMs: number[] = [];
  readonly errors = new Map<string, number>();
  connected = 0;
  /** How many were connected when the run ended, before they said goodbye. */
  connectedAtEnd = 0;
  everConnected = 0;
  disconnects = 0;
  /** Known at the end only. */
  messagesSent = 0;
  messagesReceived = 0;
  configsOffered = 0;
  configsApplied = 0;
  configsFailed = 0;
  healthChanges = 0;
  restarts = 0;
  departures = 0;

  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  /** Errors are counted by text; beyond 20 different texts they go together. */
  countError(error: Error): void {
    const text = error.message.slice(0, MAX_ERROR_CHARS);
    const key = this.errors.has(text) || this.errors.size < MAX_ERROR_KINDS ? text : 'other errors';
    this.errors.set(key, (this.errors.get(key) ?? 0) + 1);
  }

  get errorTotal(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** The value that this share of the numbers does not exceed; null for none. */
export function percentile(numbers: readonly number[], share: number): number | null {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** The figures at the end, as `-o json` prints them. */
export function summaryOf(figures: Figures, agents: number, nowMs: number) {
  const latencies = figures.connectLatenciesMs;
  return {
    agents,
    seconds: Math.round((nowMs - figures.startedAtMs) / 100) / 10,
    connected: figures.connectedAtEnd,
    everConnected: figures.everConnected,
    disconnects: figures.disconnects,
    messages: { sent: figures.messagesSent, received: figures.messagesReceived },
    configs: {
      offered: figures.configsOffered,
      applied: figures.configsApplied,
      failed: figures.configsFailed,
    },
    healthChanges: figures.healthChanges,
    restarts: figures.restarts,
    departures: figures.departures,
    connectLatencyMs: {
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
    },
    errors: { total: figures.errorTotal, byMessage: Object.fromEntries(figures.errors) },
  };
}

export type Summary = ReturnType<typeof summaryOf>;

/** The figures for people. */
export function summaryText(summary: Summary): string {
  const { messages, configs, connectLatencyMs: latency } = summary;
  const whole = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} ms`);
  const lines = [
    `${summary.agents} agents for ${summary.seconds} s`,
    `  connected        ${summary.connected} at the end, ${summary.everConnected} at some time, ${summary.disconnects} links lost`,
    `  connect latency  p50 ${whole(latency.p50)}, p95 ${whole(latency.p95)}, p99 ${whole(latency.p99)}, max ${whole(latency.max)}`,
    `  messages         ${messages.sent} sent, ${messages.received} received`,
    `  configurations   ${configs.offered} offered, ${configs.applied} applied, ${configs.failed} failed`,
    `  health changes   ${summary.healthChanges}, restarts ${summary.restarts}, departures ${summary.departures}`,
    `  errors           ${summary.errors.total}`,
  ];
  for (const [text, count] of Object.entries(summary.errors.byMessage)) lines.push(`    ${count} × ${text}`);
  return `${lines.join('\n')}\n`;
}
