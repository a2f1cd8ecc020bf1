import { connect } from 'node:net';
import type { Account } from '../../confinement/account.ts';
import { runCommand } from '../../process/run-command.ts';
import type { HealthCheck } from '../../settings/settings.ts';
import type { ObservedProcess } from '../agent-adapter.ts';
import { askHttp } from '../observe/ask-http.ts';
import { type ProbeResult, probedHealth } from '../observe/health-poll.ts';
import { fillIn, fillInAll, type Placeholders } from './placeholders.ts';

const MAX_WORDS = 500;

export interface CommandHealthOptions {
  readonly check: HealthCheck;
  readonly limitMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly runAs: Account | undefined;
  readonly placeholders: () => Placeholders;
  readonly process: ObservedProcess;
}

/** Asks a program how it is, in the way that its operator chose. */
export function commandHealth(options: CommandHealthOptions): () => Promise<ProbeResult> {
  const { check, limitMs } = options;
  switch (check.kind) {
    case 'http':
      return async () => {
        const answer = await askHttp({ url: fillIn(check.url, options.placeholders()), limitMs });
        if (answer.kind === 'silent') return answer;
        const healthy = answer.status >= 200 && answer.status < 300;
        return verdict(options, healthy, `${answer.status} ${answer.body}`);
      };
    case 'tcp':
      return () => tryConnection(options, fillIn(check.address, options.placeholders()));
    case 'command':
      return async () => {
        const [program, ...args] = fillInAll(check.command, options.placeholders());
        const result = await runCommand(program, args, { limitMs, env: options.env, runAs: options.runAs });
        switch (result.kind) {
          case 'ended':
            return verdict(options, result.exitCode === 0, result.stderr.trim() || result.stdout);
          case 'timed_out':
            return { kind: 'silent', message: `${program} did not end within ${limitMs} ms` };
          case 'not_started':
            return verdict(options, false, result.message);
        }
      };
  }
}

function verdict({ process }: CommandHealthOptions, healthy: boolean, words: string): ProbeResult {
  const said = words.trim().slice(0, MAX_WORDS);
  return {
    kind: 'answer',
    health: probedHealth({
      healthy,
      status: healthy ? 'healthy' : 'unhealthy',
      lastError: healthy ? '' : said || 'its health check says so',
      startedAtMs: process.startedAtMs,
    }),
  };
}

function tryConnection(options: CommandHealthOptions, address: string): Promise<ProbeResult> {
  const separator = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({
      host: address.slice(0, separator).replace(/^\[|\]$/g, ''),
      port: Number(address.slice(separator + 1)),
      timeout: options.limitMs,
    });
    const finish = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(verdict(options, true, '')));
    socket.once('timeout', () => finish({ kind: 'silent', message: `${address} does not answer` }));
    socket.once('error', (error) => finish({ kind: 'silent', message: error.message }));
  });
}
