import { setTimeout as sleep } from 'node:timers/promises';
import type { AvailableComponents } from '@drover/opamp';
import { availableComponentsOf } from './available-components.ts';
import { Figures } from './figures.ts';
import { type Identity, identityOf } from './identity.ts';
import { Journal } from './journal.ts';
import { localAddressOf } from './local-address.ts';
import { seededRandom } from './random.ts';
import { type SimulationSettings, transportUrls } from './simulation-settings.ts';
import { type AgentSurroundings, VirtualAgent } from './virtual-agent.ts';

const TICK_MS = 100;
const STOPPING_AT_ONCE = 200;
const AWAY_MIN_MS = 2_000;
const AWAY_MAX_MS = 20_000;

function surroundingsOf(
  settings: SimulationSettings,
  figures: Figures,
  journal: Journal | undefined,
  ended: AbortSignal,
): AgentSurroundings {
  const urls = transportUrls(settings.url);
  const headers = settings.token === undefined ? undefined : { authorization: `Bearer ${settings.token}` };
  const tls =
    settings.ca === undefined && !settings.insecure
      ? undefined
      : { ...(settings.ca === undefined ? {} : { ca: settings.ca }), insecureSkipVerify: settings.insecure };
  const components = new Map<string, AvailableComponents | undefined>();
  return {
    settings,
    figures,
    journal,
    ended,
    linkOf: (number) => {
      const isHttp = seededRandom(settings.seed, 'transport', number).next() < settings.httpShare;
      const localAddress = localAddressOf(settings, number);
      return {
        url: isHttp ? urls.http : urls.webSocket,
        ...(headers === undefined ? {} : { headers }),
        ...(tls === undefined ? {} : { tls }),
        ...(localAddress === undefined ? {} : { localAddress }),
      };
    },
    componentsOf: ({ kind, version }: Identity) => {
      const key = `${kind.name} ${version}`;
      if (!components.has(key)) components.set(key, availableComponentsOf(kind, version));
      return components.get(key);
    },
  };
}

/** All agents of one process. */
export class Fleet {
  readonly figures: Figures;
  readonly #settings: SimulationSettings;
  readonly #agents: VirtualAgent[];
  readonly #journal: Journal | undefined;
  readonly #ended = new AbortController();
  readonly #random;
  #health = 0;
  #churn = 0;

  /** Throws where the journal cannot be opened. */
  constructor(settings: SimulationSettings) {
    this.#settings = settings;
    this.#random = seededRandom(settings.seed, 'fleet', settings.first);
    this.figures = new Figures(Date.now());
    if (settings.journal !== undefined)
      this.#journal = new Journal(settings.journal, (error) => this.figures.countError(error));
    const around = surroundingsOf(settings, this.figures, this.#journal, this.#ended.signal);
    this.#agents = Array.from(
      { length: settings.agents },
      (_, index) => new VirtualAgent(identityOf(settings.seed, settings.first + index), around),
    );
  }

  /** Runs until `stop` is aborted or the duration is over, then says goodbye; resolves when nothing runs any more. */
  async run(stop: AbortSignal): Promise<void> {
    const { durationMs, rampMs } = this.#settings;
    const startedAtMs = Date.now();
    let started = 0;
    while (!stop.aborted && (durationMs === 0 || Date.now() - startedAtMs < durationMs)) {
      const elapsedMs = Date.now() - startedAtMs;
      const due = rampMs === 0 ? 1 : Math.min(1, (elapsedMs + TICK_MS) / rampMs);
      const target = Math.ceil(due * this.#agents.length);
      for (; started < target; started++) this.#agents[started]?.start();
      this.#live(started);
      await sleep(TICK_MS, undefined, { signal: stop }).catch(() => {});
    }
    this.figures.connectedAtEnd = this.figures.connected;
    this.#ended.abort();
    await this.#stopAll();
    await this.#journal?.end();
    this.figures.messagesSent = this.#agents.reduce((sum, agent) => sum + agent.messagesSent, 0);
  }

  /** What happens in one tick: some agents change their health, some leave for a while. */
  #live(started: number): void {
    if (started === 0) return;
    const { healthIntervalMs, churnPerMinute } = this.#settings;
    if (healthIntervalMs > 0) this.#health += (started * TICK_MS) / healthIntervalMs;
    this.#churn += (churnPerMinute * TICK_MS) / 60_000;
    for (; this.#health >= 1; this.#health--) this.#agents[this.#random.below(started)]?.changeHealth();
    for (; this.#churn >= 1; this.#churn--) {
      const agent = this.#agents[this.#random.below(started)];
      if (agent?.isRunning) void this.#leaveForAWhile(agent);
    }
  }

  async #leaveForAWhile(agent: VirtualAgent): Promise<void> {
    this.figures.departures++;
    await agent.stop();
    const awayMs = AWAY_MIN_MS + this.#random.below(AWAY_MAX_MS - AWAY_MIN_MS);
    await sleep(awayMs, undefined, { signal: this.#ended.signal }).catch(() => {});
    if (!this.#ended.signal.aborted) agent.start();
  }

  async #stopAll(): Promise<void> {
    for (let at = 0; at < this.#agents.length; at += STOPPING_AT_ONCE) {
      await Promise.all(this.#agents.slice(at, at + STOPPING_AT_ONCE).map((agent) => agent.stop()));
    }
  }
}
