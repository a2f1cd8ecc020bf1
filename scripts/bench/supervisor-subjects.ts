import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../interop/build-program.ts';
import { UPSTREAM_SUPERVISOR_RECIPE } from '../interop/upstream-supervisor.ts';
import { type Found, missing } from '../lib/outcome.ts';
import { onPath, ROOT } from '../lib/run.ts';
import type { SupervisorSubject } from './supervisor-host.ts';

/** Made by `npm run build:supervisor`, where somebody has run it. */
const EXECUTABLE = join(ROOT, 'packages/supervisor/dist/executable/drover-supervisor');

/** Upstream's supervisor, built here from its released module. */
export async function upstreamSupervisor(): Promise<Found<{ readonly subject: SupervisorSubject }>> {
  const { tools } = UPSTREAM_SUPERVISOR_RECIPE;
  if (onPath(tools) === undefined) return missing(`upstream's supervisor is built with ${tools.join(', ')}`);
  const command = join(await built(UPSTREAM_SUPERVISOR_RECIPE), 'opampsupervisor');
  const subject = {
    name: 'opampsupervisor 0.149',
    command,
    args: [],
    // SIGTERM would leave its Collector behind.
    endSignal: 'SIGINT',
    programs: { program: statSync(command).size },
  } as const;
  return { kind: 'found', subject };
}

/** Ours as a user starts it from npm: built, on this Node.js. */
export function ourSupervisor(): SupervisorSubject {
  const folder = join(ROOT, 'packages/supervisor');
  return {
    name: 'Drover',
    command: process.execPath,
    args: [join(folder, 'bin/drover-supervisor.js')],
    endSignal: 'SIGTERM',
    programs: {
      program: statSync(join(folder, 'dist/drover-supervisor.mjs')).size,
      'Node.js': statSync(process.execPath).size,
    },
    ...(existsSync(EXECUTABLE) ? { singleExecutableBytes: statSync(EXECUTABLE).size } : {}),
  };
}
