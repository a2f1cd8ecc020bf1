import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildGoPrograms } from './go-programs.ts';
import { sayHowPinned } from './pinned.ts';
import type { RolloutFigures } from './rollouts-figures.ts';
import { measureRollouts } from './rollouts-measure.ts';
import { say } from './say.ts';
import { droverSubject } from './subject.ts';
import { tableText } from './table.ts';

type Row = readonly [label: string, must: string, read: (figures: RolloutFigures) => string];

const whole = (value: number): string => value.toFixed(0);
const tenth = (value: number): string => value.toFixed(1);

const ROWS: readonly Row[] = [
  ['agents known', '', ({ known }) => whole(known)],
  ['agents connected', '', ({ connected }) => whole(connected)],
  ['rollout: ms to the answer of its start', '', ({ create }) => whole(create)],
  ['rollout: ms from its start to the last offer', '1000', ({ lastOffer }) => whole(lastOffer)],
  ['rollout: ms from its start to the last ack', '', ({ lastAck }) => whole(lastAck)],
  ['meanwhile: longest wait of a message, ms', '100', ({ messageMax }) => whole(messageMax)],
  ['meanwhile: longest wait of a request, ms', '100', ({ requestMax }) => whole(requestMax)],
  ['meanwhile: p95 of a message, ms', '', ({ messageP95 }) => whole(messageP95)],
  ['meanwhile: p95 of a request, ms', '', ({ requestP95 }) => whole(requestP95)],
  ['preview in four waves: p95 ms', '300', ({ preview }) => tenth(preview)],
  ['preview in four waves: CPU ms', '', ({ previewCpu }) => tenth(previewCpu)],
  ['agents that drift', '', ({ drifted }) => whole(drifted)],
  ['first page of those that drift: p95 ms', '50', ({ driftList }) => tenth(driftList)],
  ['first page of those that drift: CPU ms', '', ({ driftListCpu }) => tenth(driftListCpu)],
  ['status change of 4 KB: CPU µs', '', ({ statusCpuUs }) => tenth(statusCpuUs)],
  ['MiB resident', '', ({ mib }) => whole(mib)],
];

/** Rollouts, previews and drift in fleets of several sizes: what grows with the fleet, and what does not. */
export async function benchRollouts(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      // Known agents, a fleet for each
      sizes: { type: 'string', default: '1000,10000,100000' },
      connected: { type: 'string', default: '10000' },
      rollouts: { type: 'string', default: '3' },
      'node-arg': { type: 'string', multiple: true, default: [] },
    },
  });
  const programs = await buildGoPrograms();
  if (programs.kind === 'missing') {
    say(programs.reason);
    return 1;
  }
  sayHowPinned('any');
  const figures: RolloutFigures[] = [];
  for (const size of values.sizes.split(',')) {
    const dataDir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
    const server = await droverSubject(dataDir, values['node-arg'], 'any').start();
    try {
      const options = {
        known: Number(size),
        maxConnected: Number(values.connected),
        rollouts: Number(values.rollouts),
      };
      figures.push(await measureRollouts(server, dataDir, programs.load, options));
    } finally {
      await server.end('SIGTERM').catch(() => {});
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  const rows = ROWS.map(([label, must, read]) => [label, ...figures.map(read), must]);
  process.stdout.write(
    `\nRollouts, medians of ${values.rollouts}\n\n${tableText([['', ...figures.map(() => ''), 'must'], ...rows])}\n`,
  );
  return 0;
}
