import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { ROOT } from './process.ts';

/** Path of the real Collector, empty where this machine has none. */
export const COLLECTOR = process.env.OTEL_COLLECTOR_BINARY ?? '';

/** A Collector that is built without extensions, where this machine has one; empty where not. */
export const MINIMAL_COLLECTOR = process.env.OTEL_COLLECTOR_MINIMAL_BINARY ?? '';

/** A program that is the real Collector and says of itself that it lacks these extensions. */
export function collectorHiding(...extensions: readonly string[]): string {
  const hidden = extensions.map((name) => `s/name: ${name}$/name: not_${name}/`).join(';');
  return `#!/bin/sh\nif [ "$1" = components ]; then ${COLLECTOR} components | sed '${hidden}'; else exec ${COLLECTOR} "$@"; fi\n`;
}

/** A suite that needs the Collector; skipped, with the reason in its name, where there is none. */
export function describeWithCollector(name: string, body: () => void): void {
  describe.skipIf(COLLECTOR === '')(named(name, process.env.OTEL_COLLECTOR_MISSING), body);
}

/** A suite that needs Chromium. */
export function describeWithBrowser(name: string, body: () => void): void {
  describe.skipIf(!process.env.CHROMIUM_BINARY)(named(name, process.env.CHROMIUM_MISSING), body);
}

/** A suite that needs the Collector and Chromium. */
export function describeWithCollectorAndBrowser(name: string, body: () => void): void {
  const reason = [process.env.OTEL_COLLECTOR_MISSING, process.env.CHROMIUM_MISSING]
    .filter(Boolean)
    .join('; ');
  describe.skipIf(COLLECTOR === '' || !process.env.CHROMIUM_BINARY)(named(name, reason), body);
}

function named(name: string, reason: string | undefined): string {
  return reason ? `${name} (skipped: ${reason})` : name;
}

/** The real Fluent Bit where this machine has one, else a program with its command line and HTTP interface. */
export const FLUENT_BIT = findFluentBit();

function findFluentBit(): { readonly path: string; readonly isStandIn: boolean } {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const real = [
    process.env.FLUENT_BIT_BINARY ?? '',
    ...folders.map((folder) => join(folder, 'fluent-bit')),
  ].find(isProgram);
  return real === undefined
    ? { path: `${ROOT}tests/e2e/programs/fluent-bit-stand-in.mjs`, isStandIn: true }
    : { path: real, isStandIn: false };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
