import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PolicyHost } from './file-paths.ts';

/** Of Go's runtime; by a limit of the agent. */
const SET_BY_LIMITS = new Set(['GOMEMLIMIT', 'GOMAXPROCS']);

/** This host, as an agent with this environment sees it. Agents run in their supervisor's working directory. */
export function agentHost(environment: NodeJS.ProcessEnv): PolicyHost {
  return {
    environment,
    isSetAtStart: (variable) => variable.startsWith('DROVER_') || SET_BY_LIMITS.has(variable),
    workingFolder: process.cwd(),
    realPath,
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
