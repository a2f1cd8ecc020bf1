/** What of the Collector's own counters tells whether data flow: taken in by receivers, handed on by exporters. */
export const SIDES = ['accepted', 'sent'] as const;
export const SIGNALS = ['logs', 'metrics', 'traces'] as const;

export type Side = (typeof SIDES)[number];
export type Signal = (typeof SIGNALS)[number];

/** One counter of a sample, such as `sent logs`. */
export type Flow = `${Side} ${Signal}`;

/** Counters of one process at one moment; one that the process does not have is 0. */
export interface FlowSample {
  /** On a clock that nobody sets. */
  readonly atMs: number;
  readonly counters: Readonly<Record<Flow, number>>;
}

const ITEMS: Readonly<Record<string, Signal>> = {
  log_records: 'logs',
  metric_points: 'metrics',
  spans: 'traces',
};

// With or without suffixes for unit and type, as the reader is configured.
const LINE =
  /^otelcol_(?:receiver_(accepted)|exporter_(sent))_(log_records|metric_points|spans)[a-z_]*(?:\{[^}]*\})?\s+(\S+)/;

/** Reads the Collector's own metrics in Prometheus' text format. */
export function flowSample(text: string, atMs: number): FlowSample {
  const counters = noFlow();
  for (const line of text.split('\n')) {
    const [, accepted, sent, items = '', value] = LINE.exec(line) ?? [];
    const side = (accepted ?? sent) as Side | undefined;
    const signal = ITEMS[items];
    const number = Number(value);
    if (side !== undefined && signal !== undefined && Number.isFinite(number))
      counters[`${side} ${signal}`] += number;
  }
  return { atMs, counters };
}

export function allFlows(): readonly Flow[] {
  return SIDES.flatMap((side) => SIGNALS.map((signal) => `${side} ${signal}` as const));
}

function noFlow(): Record<Flow, number> {
  return Object.fromEntries(allFlows().map((flow) => [flow, 0])) as Record<Flow, number>;
}

/** The counters that grew from one sample to the next. A counter that fell began anew, so that all of it is growth. */
export function grown(from: FlowSample, to: FlowSample): ReadonlySet<Flow> {
  return new Set(
    allFlows().filter((flow) => {
      const [before, after] = [from.counters[flow], to.counters[flow]];
      return after < before ? after > 0 : after > before;
    }),
  );
}
