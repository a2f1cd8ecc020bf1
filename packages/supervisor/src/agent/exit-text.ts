import { maskSecretsInText } from '@drover/collector-config';
import type { AgentExit } from '../process/agent-process.ts';

export interface ExitFacts {
  readonly exit: AgentExit;
  /** The agent's own words; empty where it gave none. */
  readonly error: string;
  /** The last lines of its output; empty to leave them out. */
  readonly tail: string;
}

/** Why an agent ended, as an operator reads it: the agent's own error first, its last lines below. Secrets are masked. */
export function exitText({ exit, error, tail }: ExitFacts): string {
  const how = exitPhrase(exit);
  const head = error === '' ? `the agent ${how}` : `${error} (the agent ${how})`;
  const lines = tail.trim();
  return maskSecretsInText(lines === '' ? head : `${head}\nIts last output:\n${lines}`);
}

function exitPhrase({ code, signal, outOfMemoryAt }: AgentExit): string {
  if (outOfMemoryAt !== undefined) {
    const limit = `${Math.round(outOfMemoryAt / 2 ** 20)} MiB`;
    return `was killed by the kernel: it needed more memory than its limit of ${limit} (limits.memory)`;
  }
  // The kernel does so where memory runs out, and anybody with the right to.
  if (signal === 'SIGKILL') return 'was killed (SIGKILL)';
  if (signal !== undefined) return `was ended by ${signal}`;
  return code === undefined ? 'ended' : `ended with exit code ${code}`;
}
