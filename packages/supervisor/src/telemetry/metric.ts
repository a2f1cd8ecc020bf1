/** One line of a metric: a name's suffix, its labels and its value. */
export interface Sample {
  /** `''` for the family's own name, `_bucket`, `_sum`, `_count` for a histogram. */
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A published metric: name, meaning and label names are promises to whoever writes dashboards and alerts. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labelNames: readonly string[];
  samples(): readonly Sample[];
}

export interface FamilyFacts<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
}

type Labels<L extends string> = Readonly<Record<L, string>>;

/** Only grows. A combination of labels is shown from its first mention on, also with 0. */
export class Counter<L extends string> implements MetricFamily {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly #values = new Map<string, { readonly labels: Labels<L>; value: number }>();

  constructor({ name, help, labelNames }: FamilyFacts<L>) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
  }

  add(labels: Labels<L>, amount = 1): void {
    const key = keyOf(this.labelNames, labels);
    const entry = this.#values.get(key);
    if (entry === undefined) this.#values.set(key, { labels, value: amount });
    else entry.value += amount;
  }

  samples(): readonly Sample[] {
    return [...this.#values.values()].map(({ labels, value }) => ({ suffix: '', labels, value }));
  }
}

/** Read at each scrape, so that it can never be stale. */
export class Gauge<L extends string> implements MetricFamily {
  readonly type = 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly #read: () => readonly (readonly [labels: Labels<L>, value: number])[];

  constructor(
    { name, help, labelNames }: FamilyFacts<L>,
    read: () => readonly (readonly [labels: Labels<L>, value: number])[],
  ) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.#read = read;
  }

  samples(): readonly Sample[] {
    return this.#read().map(([labels, value]) => ({ suffix: '', labels, value }));
  }
}

/** Counts values by size; `bounds` are the upper limits of its buckets, ascending. */
export class Histogram<L extends string> implements MetricFamily {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<
    string,
    { readonly labels: Labels<L>; readonly counts: number[]; sum: number }
  >();

  constructor({ name, help, labelNames }: FamilyFacts<L>, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.#bounds = bounds;
  }

  observe(labels: Labels<L>, value: number): void {
    const key = keyOf(this.labelNames, labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: new Array(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#series.set(key, series);
    }
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    const index = bucket < 0 ? this.#bounds.length : bucket;
    series.counts[index] = (series.counts[index] ?? 0) + 1;
    series.sum += value;
  }

  samples(): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let seen = 0;
      const buckets = counts.map((count, index) => {
        seen += count;
        const le = String(this.#bounds[index] ?? '+Inf');
        return { suffix: '_bucket', labels: { ...labels, le }, value: seen };
      });
      return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: seen }];
    });
  }
}

function keyOf<L extends string>(names: readonly L[], labels: Labels<L>): string {
  return names.map((name) => labels[name]).join('\0');
}
