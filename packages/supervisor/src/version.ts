import { readFileSync } from 'node:fs';

/** Put in place by the bundler, so that the program needs no file beside it. */
declare const DROVER_SUPERVISOR_VERSION: string | undefined;

/** The version in the package's manifest. */
export function supervisorVersion(): string {
  if (typeof DROVER_SUPERVISOR_VERSION === 'string') return DROVER_SUPERVISOR_VERSION;
  // One folder above this file before and after the build.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { readonly version: string }).version;
}
