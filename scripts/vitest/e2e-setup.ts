import { findChromium } from '../chromium.ts';
import { cachedCollector, MINIMAL_MANIFEST } from '../collector/cache.ts';
import { findCollector } from '../collector/find-collector.ts';
import { isExecutable } from '../lib/run.ts';

/**
 * Before the end-to-end tests: puts what this machine has into `OTEL_COLLECTOR_BINARY` and `CHROMIUM_BINARY`. What
 * it has not stays unset, and `…_MISSING` holds the reason. Nothing is fetched here; `npm test` does that before.
 */
export async function setup(): Promise<void> {
  const collector = await findCollector({ mayFetch: false });
  if (collector.kind === 'found') process.env.OTEL_COLLECTOR_BINARY = collector.path;
  else unset('OTEL_COLLECTOR_BINARY', 'OTEL_COLLECTOR_MISSING', collector.reason);
  const minimal = cachedCollector(process.env, MINIMAL_MANIFEST);
  if (isExecutable(minimal)) process.env.OTEL_COLLECTOR_MINIMAL_BINARY ??= minimal;
  const chromium = await findChromium({ mayInstall: false });
  if (chromium.kind === 'found') process.env.CHROMIUM_BINARY = chromium.path;
  else unset('CHROMIUM_BINARY', 'CHROMIUM_MISSING', chromium.reason);
}

function unset(variable: string, reasonVariable: string, reason: string): void {
  delete process.env[variable];
  process.env[reasonVariable] = reason;
}
