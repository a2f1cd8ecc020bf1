import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findCollector } from '../collector/find-collector.ts';
import { say } from './say.ts';
import type { SupervisorFigures } from './supervisor-figures.ts';
import { BenchFleet } from './supervisor-fleet.ts';
import type { SupervisorSubject } from './supervisor-host.ts';
import { measureSupervisor, type SupervisorLoad } from './supervisor-measure.ts';
import { supervisorReport } from './supervisor-report.ts';
import { Sink } from './supervisor-sink.ts';
import { ourSupervisor, upstreamSupervisor } from './supervisor-subjects.ts';

const FULL: SupervisorLoad = { idleSeconds: 60, changes: 200, offers: 5 };
const QUICK: SupervisorLoad = { idleSeconds: 5, changes: 10, offers: 2 };

/** Our supervisor beside upstream's, with the same Collector, settings and OpAMP server, one after the other in each run. */
export async function benchSupervisor(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      // One run, ten changes, five seconds idle
      quick: { type: 'boolean', default: false },
      // upstream or drover
      only: { type: 'string' },
    },
  });
  const load = values.quick ? QUICK : FULL;
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  const subjects = await subjectsOf(values.only);
  if (typeof subjects === 'string' || !(runs > 0)) {
    say(typeof subjects === 'string' ? subjects : `--runs ${values.runs} is no number of runs`);
    return 2;
  }
  const found = await findCollector();
  if (found.kind === 'missing') {
    say(found.reason);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  await using fleet = await BenchFleet.start();
  await using sink = await Sink.start();
  const measured = subjects.map((subject) => ({ subject, runs: [] as SupervisorFigures[] }));
  try {
    for (let run = 1; run <= runs; run++) {
      for (const [index, { subject, runs: done }] of measured.entries()) {
        say(`run ${run} of ${runs}: ${subject.name}`);
        const around = { collector: found.path, folder: join(folder, `${run}-${index}`), fleet, sink };
        done.push(await measureSupervisor(subject, around, load));
      }
    }
    const { changes, idleSeconds } = load;
    const head = `Supervisor with one Collector, median of ${runs} runs (${changes} changes, idle for ${idleSeconds} s)`;
    process.stdout.write(`\n${head}\n\n${supervisorReport(measured)}\n`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Upstream's first, which the ratios are to; or why there is none. */
async function subjectsOf(only: string | undefined): Promise<readonly SupervisorSubject[] | string> {
  if (only === 'drover') return [ourSupervisor()];
  if (only !== undefined && only !== 'upstream') return `--only ${only} is not known: upstream or drover`;
  const upstream = await upstreamSupervisor();
  if (upstream.kind === 'missing') return upstream.reason;
  return only === 'upstream' ? [upstream.subject] : [upstream.subject, ourSupervisor()];
}
