import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/run.ts';
import type { DemoOptions } from './options.ts';

/** Writes the walkthrough's two files as they stand; only another port than the walkthrough's changes a line. */
export function writeWalkthroughFiles(folder: string, { opampPort, metricsPort }: DemoOptions): void {
  const read = (name: string): string => readFileSync(join(ROOT, 'tests/e2e/seed', name), 'utf8');
  const supervisor = read('supervisor.yaml').replace(':4320/', `:${opampPort}/`);
  writeFileSync(join(folder, 'supervisor.yaml'), supervisor);

  let collector = read('effective.yaml');
  if (metricsPort !== 8888) {
    const reader = `{pull: {exporter: {prometheus: {host: localhost, port: ${metricsPort}}}}}`;
    collector = collector
      .replace('0.0.0.0:8888', `0.0.0.0:${metricsPort}`)
      .replace('service:\n', `service:\n  telemetry: {metrics: {readers: [${reader}]}}\n`);
  }
  writeFileSync(join(folder, 'effective.yaml'), collector);
}
