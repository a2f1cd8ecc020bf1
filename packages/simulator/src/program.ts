import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from './duration.ts';
import { maxAgents } from './local-address.ts';
import type { SimulationSettings } from './simulation-settings.ts';

const AGENTS_STARTED_PER_SECOND = 500;

export interface SimulatorCommand {
  readonly settings: SimulationSettings;
  readonly isJson: boolean;
}

interface Flags {
  readonly url: string;
  readonly agents: number;
  readonly first: number;
  readonly seed: string;
  readonly token?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly http: number;
  readonly readOnly: number;
  readonly credentials: number;
  readonly heartbeat: number;
  readonly ramp?: number;
  readonly duration: number;
  readonly applyDelay: number;
  readonly failRate: number;
  readonly healthInterval: number;
  readonly churn: number;
  readonly reconnect: number;
  readonly journal?: string;
  readonly output: 'text' | 'json';
}

function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Expected a share from 0 to 1, e.g. 0.05 or 5%.');
  }
  return value;
}

function duration(text: string): number {
  const value = parseDurationMs(text);
  if (value === undefined) throw new InvalidArgumentError('Expected a duration such as 500ms, 30s or 5m.');
  return value;
}

function count(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} on.`);
    }
    return value;
  };
}

function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(wss?|https?):$/.test(url.protocol)) {
    throw new InvalidArgumentError('Expected an OpAMP endpoint such as ws://127.0.0.1:4320/v1/opamp.');
  }
  return text;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

export function buildProgram(): Command {
  return new Command('drover-sim')
    .description('A virtual fleet of agents over real OpAMP connections, for load tests and demos.')
    .version(version(), '-V, --version')
    .option('-n, --agents <count>', 'virtual agents', count(1), 100)
    .option('--url <url>', 'OpAMP endpoint', endpoint, 'ws://127.0.0.1:4320/v1/opamp')
    .option('--token <token>', 'enrolment token, sent as "Authorization: Bearer"')
    .option('--ca <file>', "PEM of the authority that signed the server's certificate")
    .option('--insecure', "do not verify the server's certificate")
    .option('--http <share>', 'share of agents that poll over plain HTTP', share, 0.1)
    .option('--read-only <share>', 'share of agents that accept no remote configuration', share, 0)
    .option(
      '--credentials <share>',
      'share of agents that take a credential of their own by connection settings',
      share,
      0,
    )
    .option('--heartbeat <duration>', 'heartbeat and polling interval', duration, 30_000)
    .option(
      '--ramp <duration>',
      `time until all have begun to connect (default: ${AGENTS_STARTED_PER_SECOND} agents a second)`,
      duration,
    )
    .option('--duration <duration>', 'how long to run; 0 is until Ctrl-C', duration, 0)
    .option('--apply-delay <duration>', 'mean time to apply a configuration', duration, 1_000)
    .option('--fail-rate <share>', 'share of configurations that fail', share, 0.02)
    .option(
      '--health-interval <duration>',
      "mean time between changes of an agent's health; 0 is never",
      duration,
      600_000,
    )
    .option('--churn <agents>', 'agents that leave and come back, each minute', count(0), 0)
    .option('--reconnect <duration>', 'longest wait before a lost link is tried again', duration, 30_000)
    .option('--journal <file>', 'add a line of JSON about each offer and each verdict to this file')
    .option('--seed <text>', 'the same seed is the same fleet', '1')
    .option(
      '--first <number>',
      'number of the first agent, so that several processes make one fleet',
      count(0),
      0,
    )
    .addOption(
      new Option('-o, --output <format>', 'figures at the end').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
Figures go to standard output, progress to standard error. One process can open as many links as the system allows
sockets (ulimit -Hn): for more, start several with different --first.

Examples:
  drover-sim --agents 1000
  drover-sim --agents 5000 --http 20% --churn 60 --fail-rate 5% --duration 2m -o json
  drover-sim --agents 15000 & drover-sim --agents 15000 --first 15000`,
    )
    .exitOverride();
}

/** Reads a command line (without program name); throws commander's error where it is wrong. */
export function parseCommand(args: readonly string[], program: Command = buildProgram()): SimulatorCommand {
  program.parse(args, { from: 'user' });
  const flags = program.opts<Flags>();
  const most = maxAgents();
  if (flags.agents > most) {
    program.error(
      `error: --agents ${flags.agents}: this system lets one process open ${most} links (ulimit -Hn). Start several processes, the second with --first ${most}.`,
    );
  }
  let ca: string | undefined;
  try {
    ca = flags.ca === undefined ? undefined : readFileSync(flags.ca, 'utf8');
  } catch (error) {
    program.error(`error: --ca: ${error instanceof Error ? error.message : String(error)}`);
  }
  const settings: SimulationSettings = {
    url: flags.url,
    agents: flags.agents,
    first: flags.first,
    seed: flags.seed,
    token: flags.token,
    ca,
    insecure: flags.insecure === true,
    httpShare: flags.http,
    readOnlyShare: flags.readOnly,
    credentialShare: flags.credentials,
    heartbeatMs: flags.heartbeat,
    rampMs: flags.ramp ?? (flags.agents / AGENTS_STARTED_PER_SECOND) * 1_000,
    durationMs: flags.duration,
    applyDelayMs: flags.applyDelay,
    failRate: flags.failRate,
    healthIntervalMs: flags.healthInterval,
    churnPerMinute: flags.churn,
    reconnectMs: flags.reconnect,
    journal: flags.journal,
  };
  return { settings, isJson: flags.output === 'json' };
}
