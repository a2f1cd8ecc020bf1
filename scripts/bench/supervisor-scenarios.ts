import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CollectorPorts, markedConfig } from './collector-run.ts';
import { medianOf } from './supervisor-figures.ts';
import type { BenchFleet } from './supervisor-fleet.ts';
import type { SupervisedHost } from './supervisor-host.ts';
import { PortProbe, servingAt } from './supervisor-probe.ts';
import { Sender } from './supervisor-sender.ts';
import type { Sink } from './supervisor-sink.ts';

/** What the scenarios work on: one supervisor that runs with a healthy Collector. */
export interface Scene {
  readonly fleet: BenchFleet;
  readonly host: SupervisedHost;
  readonly sink: Sink;
  readonly ports: CollectorPorts;
}

const SERVING_WITHIN_MS = 30_000;
const VERDICT_WITHIN_MS = 30_000;
/** For how long a recovery is waited for. */
export const RECOVERED_WITHIN_MS = 20_000;
/** Whatever follows an apply is over by then: a stability window, an export. */
export const SETTLED_MS = 12_000;
const DRAINED_MS = 2_000;
const APART_MS = 3_000;
/** A listener that has been there for this long has not come up only to die. */
const STEADY_MS = 3_000;

/** A good offer, and how long it took until the Collector served it. */
export async function change(scene: Scene, marker: string): Promise<number | undefined> {
  const { fleet, ports } = scene;
  const offeredAtMs = performance.now();
  fleet.offer(markedConfig(ports, marker));
  return secondsSince(offeredAtMs, await servingAt(ports.health, marker, SERVING_WITHIN_MS));
}

/** Good offers, each by itself, under a constant stream of records. */
export async function goodOffers(scene: Scene, count: number) {
  const { fleet, ports, sink } = scene;
  const serving: (number | undefined)[] = [];
  const applied: (number | undefined)[] = [];
  const silent: number[] = [];
  sink.clear();
  const sender = new Sender(ports.otlp);
  for (let index = 0; index < count; index++) {
    // Offers on the heels of one another are another matter: those of the flood.
    await sleep(APART_MS);
    const probe = new PortProbe(ports.otlp);
    const marker = `good-${index}`;
    const offeredAtMs = performance.now();
    const hash = fleet.offer(markedConfig(ports, marker));
    const [servedAtMs, verdict] = await Promise.all([
      servingAt(ports.health, marker, SERVING_WITHIN_MS),
      fleet.verdict(hash, VERDICT_WITHIN_MS),
    ]);
    await probe.stop();
    serving.push(secondsSince(offeredAtMs, servedAtMs));
    applied.push(secondsSince(offeredAtMs, verdict?.status === 'applied' ? verdict.atMs : undefined));
    silent.push(probe.longestSilenceMs / 1_000);
  }
  await sender.stop();
  await sleep(DRAINED_MS);
  return {
    servingS: medianOf(serving),
    appliedS: medianOf(applied),
    silentS: medianOf(silent) ?? 0,
    recordWaitS: sender.longestWaitMs / 1_000,
    recordsLost: Math.max(0, sender.sent - sink.arrived),
  };
}

/** The Collector is killed while nothing else happens. */
export async function killedCollector({ host, ports }: Scene): Promise<number | undefined> {
  await sleep(SETTLED_MS);
  const killedAtMs = performance.now();
  host.killCollector();
  return secondsSince(killedAtMs, await servingAt(ports.health, undefined, RECOVERED_WITHIN_MS));
}

/** An offer that the Collector refuses to load: for how long nobody answers, and how soon FAILED is said. */
export async function refusedOffer(scene: Scene, marker: string) {
  const body = markedConfig(scene.ports, marker).replace('exporters: [otlphttp]', 'exporters: [missing]');
  const { probe, offeredAtMs, verdict } = await brokenOffer(scene, body);
  const refusedSilentS = probe.isOpen ? probe.longestSilenceMs / 1_000 : undefined;
  const failedAtMs = verdict?.status === 'failed' ? verdict.atMs : undefined;
  return { refusedSilentS, refusedFailedS: secondsSince(offeredAtMs, failedAtMs) };
}

/** An offer that loads, and whose Collector dies at its start because a port is taken: until somebody serves again. */
export async function dyingOffer(scene: Scene, marker: string): Promise<number | undefined> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const body = markedConfig({ ...scene.ports, otlp: port }, marker);
  const { probe, offeredAtMs } = await brokenOffer(scene, body);
  await new Promise((resolve) => taken.close(resolve));
  if (!probe.isOpen) return undefined;
  return probe.reopenedAtMs === undefined ? 0 : (probe.reopenedAtMs - offeredAtMs) / 1_000;
}

/** A hundred offers within two seconds: for how long nobody listened, and when the last one served, from that one on. */
export async function hundredOffers(scene: Scene) {
  const probe = new PortProbe(scene.ports.otlp);
  for (let index = 0; index < 99; index++) {
    scene.fleet.offer(markedConfig(scene.ports, `flood-${index}`));
    await sleep(20);
  }
  const lastOfHundredS = await change(scene, 'flood-99');
  await sleep(SETTLED_MS);
  await probe.stop();
  return { lastOfHundredS, silentInHundredS: probe.silentMs / 1_000 };
}

/** Looks at the port until FAILED was said and the port has answered for a while, or the time is over. */
async function brokenOffer({ fleet, ports }: Scene, body: string) {
  await sleep(SETTLED_MS);
  const probe = new PortProbe(ports.otlp);
  const offeredAtMs = performance.now();
  const hash = fleet.offer(body);
  const verdict = await fleet.verdict(hash, RECOVERED_WITHIN_MS);
  while (!probe.hasBeenOpenFor(STEADY_MS) && performance.now() - offeredAtMs < RECOVERED_WITHIN_MS)
    await sleep(50);
  await probe.stop();
  return { probe, offeredAtMs, verdict };
}

function secondsSince(startMs: number, atMs: number | undefined): number | undefined {
  return atMs === undefined ? undefined : (atMs - startMs) / 1_000;
}
