// Prints the path of a Collector without the opamp extension on standard output, building one first where there is
// none. The tests use it where it is there, and else the other Collector in its place.
import { withLock } from '../lib/lock.ts';
import { stderrProgress } from '../lib/progress.ts';
import { isExecutable } from '../lib/run.ts';
import { buildCollector } from './build-collector.ts';
import { cachedCollector, collectorCacheDir, MINIMAL_MANIFEST } from './cache.ts';

const target = cachedCollector(process.env, MINIMAL_MANIFEST);
const progress = stderrProgress('minimal collector');
const built = await withLock(
  collectorCacheDir(process.env, MINIMAL_MANIFEST),
  (pid) => progress.update(`process ${pid ?? '?'} is building it already; waiting for it`),
  async () =>
    isExecutable(target)
      ? ({ kind: 'found', path: target } as const)
      : buildCollector(target, progress, MINIMAL_MANIFEST),
);
if (built.kind === 'found') {
  process.stdout.write(`${built.path}\n`);
} else {
  process.stderr.write(`${built.reason}\n`);
  process.exitCode = 1;
}
