import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../lib/free-port.ts';
import { type CollectorPorts, collectorAlone, markedConfig } from './collector-run.ts';
import { say } from './say.ts';
import type { SupervisorFigures } from './supervisor-figures.ts';
import type { BenchFleet } from './supervisor-fleet.ts';
import { SupervisedHost, type SupervisorSubject } from './supervisor-host.ts';
import { servingAt } from './supervisor-probe.ts';
import {
  change,
  dyingOffer,
  goodOffers,
  hundredOffers,
  killedCollector,
  refusedOffer,
  type Scene,
  SETTLED_MS,
} from './supervisor-scenarios.ts';
import type { Sink } from './supervisor-sink.ts';

/** How long the bench takes. */
export interface SupervisorLoad {
  readonly idleSeconds: number;
  readonly changes: number;
  readonly offers: number;
}

export interface Surroundings {
  readonly collector: string;
  readonly folder: string;
  readonly fleet: BenchFleet;
  readonly sink: Sink;
}

const START_WITHIN_MS = 60_000;
const QUIET_MS = 3_000;

/** One run over everything, for one supervisor. */
export async function measureSupervisor(
  subject: SupervisorSubject,
  around: Surroundings,
  load: SupervisorLoad,
): Promise<SupervisorFigures> {
  const ports = { health: await freePort(), otlp: await freePort(), sink: around.sink.port };
  mkdirSync(around.folder, { recursive: true });
  const aloneMs = await collectorAlone(around.collector, join(around.folder, 'alone.yaml'), ports);
  const flooded = await flood(subject, around, ports);

  const { fleet, sink } = around;
  fleet.forget();
  const folder = join(around.folder, 'host');
  await using host = new SupervisedHost(
    subject,
    folder,
    around.collector,
    fleet.url,
    markedConfig(ports, 'base'),
  );
  const scene: Scene = { fleet, host, sink, ports };
  const first = await start(scene, aloneMs);
  await sleep(SETTLED_MS);
  const started = host.usage();
  say(`${subject.name}: idle for ${load.idleSeconds} s`);
  await sleep(load.idleSeconds * 1_000);
  const idlePercent = (host.usage().cpuMs - started.cpuMs) / (load.idleSeconds * 10);
  say(`${subject.name}: good offers, a killed Collector, broken offers`);
  const good = await goodOffers(scene, load.offers);
  const killedServingS = await killedCollector(scene);
  const refused = await refusedOffer(scene, 'refused');
  await change(scene, 'after-refused');
  const dyingRecoveredS = await dyingOffer(scene, 'dying');
  await change(scene, 'after-dying');
  say(`${subject.name}: ${load.changes} changes`);
  for (let index = 0; index < load.changes; index++) {
    if ((await change(scene, `change-${index}`)) === undefined)
      throw new Error(`a change never served; ${host.lastWords}`);
  }
  await sleep(QUIET_MS);
  const changedRssMiB = host.usage().rssMiB;
  await host.end();
  fleet.forget();
  const again = await start(scene, aloneMs);
  return {
    startedRssMiB: started.rssMiB,
    startedPssMiB: started.pssMiB,
    changedRssMiB,
    idlePercent,
    firstMessageS: first.firstMessageS,
    laterHealthyS: first.laterHealthyS,
    laterHealthyAgainS: again.laterHealthyS,
    ...good,
    ...refused,
    dyingRecoveredS,
    killedServingS,
    ...flooded,
  };
}

async function start({ fleet, host, ports }: Scene, aloneMs: number) {
  const startedAtMs = host.start();
  const servingAtMs = await servingAt(ports.health, undefined, START_WITHIN_MS);
  if ((await fleet.healthy(START_WITHIN_MS)) === undefined)
    throw new Error(`never healthy; ${host.lastWords}`);
  const seconds = (atMs: number | undefined) =>
    atMs === undefined ? undefined : (atMs - startedAtMs) / 1_000;
  const healthyS = seconds(servingAtMs);
  return {
    firstMessageS: seconds(fleet.firstMessageAtMs),
    laterHealthyS: healthyS === undefined ? undefined : healthyS - aloneMs / 1_000,
  };
}

/** On a host of its own, where a script before the Collector counts how often it is started to collect. */
async function flood(subject: SupervisorSubject, around: Surroundings, ports: CollectorPorts) {
  const { fleet, sink } = around;
  const folder = join(around.folder, 'flood');
  const [script, starts] = [join(folder, 'collector'), join(folder, 'starts')];
  fleet.forget();
  await using host = new SupervisedHost(subject, folder, script, fleet.url, markedConfig(ports, 'base'));
  writeFileSync(script, `#!/bin/sh\necho "$1" >> '${starts}'\nexec '${around.collector}' "$@"\n`);
  chmodSync(script, 0o755);
  const scene: Scene = { fleet, host, sink, ports };
  await start(scene, 0);
  await change(scene, 'before');
  await sleep(QUIET_MS);
  const count = (): number => {
    // Its subcommands (validate, components, featuregate) collect nothing.
    const lines = existsSync(starts) ? readFileSync(starts, 'utf8').split('\n') : [];
    return lines.filter((line) => line.startsWith('-')).length;
  };
  const before = count();
  say(`${subject.name}: a hundred offers in two seconds`);
  const outcome = await hundredOffers(scene);
  return { ...outcome, startsForHundred: count() - before };
}
