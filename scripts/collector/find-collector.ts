import { withLock } from '../lib/lock.ts';
import { type Found, missing } from '../lib/outcome.ts';
import { type Progress, stderrProgress } from '../lib/progress.ts';
import { onPath } from '../lib/run.ts';
import { buildCollector } from './build-collector.ts';
import { cachedCollector, collectorCacheDir } from './cache.ts';
import { probeCollector } from './probe.ts';
import { downloadRelease } from './release.ts';

export type FindCollectorOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** False: only what this machine has already; no download, no build. */
  readonly mayFetch?: boolean;
};

/**
 * A Collector with what Drover needs, from the first place that has one: `OTEL_COLLECTOR_BINARY`, PATH, the cache,
 * the official release, the Collector Builder. Each place that does not serve says why before the next is tried;
 * `missing` lists all of these reasons.
 */
export async function findCollector(options: FindCollectorOptions = {}): Promise<Found<{ path: string }>> {
  const { env = process.env, progress = stderrProgress('collector'), mayFetch = true } = options;
  const reasons: string[] = [];
  const refuse = (reason: string): void => {
    reasons.push(reason);
    progress.say(reason);
  };

  const cached = cachedCollector(env);
  for (const [place, path] of [
    ['OTEL_COLLECTOR_BINARY', env.OTEL_COLLECTOR_BINARY || undefined],
    ['PATH', onPath(['otelcol-contrib'], env)],
    ['PATH', onPath(['otelcol'], env)],
    ['the cache', cached],
  ] as const) {
    if (path === undefined) continue;
    const probed = await probeCollector(path);
    if (probed.kind === 'found') return probed;
    refuse(`from ${place}: ${probed.reason}`);
  }
  if (!mayFetch) return missing(reasons.join('; '));

  const onWait = (pid: number | undefined): void =>
    progress.update(`process ${pid ?? '?'} is getting the Collector already; waiting for it`);
  return withLock(collectorCacheDir(env), onWait, async () => {
    const meanwhile = await probeCollector(cached);
    if (meanwhile.kind === 'found') return meanwhile;
    for (const get of [downloadRelease, buildCollector]) {
      const fetched = await get(cached, progress);
      const usable = fetched.kind === 'found' ? await probeCollector(fetched.path) : fetched;
      if (usable.kind === 'found') return usable;
      refuse(usable.reason);
    }
    return missing(
      `no Collector: ${reasons.join('; ')}. Set OTEL_COLLECTOR_BINARY to an otelcol-contrib binary, or install Go`,
    );
  });
}
