import { readFileSync } from 'node:fs';
import { type RolloutStrategy, RolloutStrategySchema, type Wave, WEEK_DAYS } from '@drover/api';
import { type Command, Option } from 'commander';
import { parse } from 'yaml';
import { parseSeconds } from './duration.ts';
import { usageError } from './failure.ts';
import { parseRate } from './paging.ts';

export interface StrategyFlags {
  readonly strategy?: string;
  readonly rate?: number;
  readonly wave?: Wave[];
  readonly approveEach?: boolean;
  readonly soak?: number;
  readonly maxFailed?: { count: number } | { percent: number };
  readonly flowGate?: boolean;
  readonly onFailure?: 'pause' | 'rollback';
  readonly deadline?: number;
  readonly window?: NonNullable<RolloutStrategy['window']>;
}

/** Adds the options that say how a rollout goes. */
export function addStrategyOptions(command: Command): Command {
  return command
    .option('--rate <agents>', 'at most this many agents a second', parseRate)
    .option(
      '--wave <size>',
      'first so many agents: 2, 25%, or a selector such as ring=canary; repeat in order, the rest comes last',
      (text: string, before: Wave[] | undefined) => [...(before ?? []), parseWave(text)],
    )
    .option('--soak <duration>', 'so long a wave runs it before it is judged, e.g. 5m', parseSeconds)
    .option('--approve-each', 'wait for "drover rollouts approve" after each wave')
    .option('--max-failed <limit>', 'agents of a wave that may fail: 2 or 5%; none with waves', parseLimit)
    .option('--flow-gate', 'judge also what flows, where agents send their own metrics')
    .addOption(
      new Option('--on-failure <act>', 'when a gate fails; pause when left out').choices([
        'pause',
        'rollback',
      ]),
    )
    .option('--deadline <duration>', 'an agent without a verdict for so long has failed', parseSeconds)
    .option('--window <times>', 'only then: "22:00-04:00 Europe/Berlin sat,sun"', parseWindow)
    .option('--strategy <file>', 'all of this from a YAML file, as the REST interface has it');
}

/** What the options say; refused where a file and other options meet, or where the file says something else than a strategy. */
export function strategyOf(flags: StrategyFlags): RolloutStrategy {
  if (flags.strategy !== undefined) return strategyFile(flags.strategy, flags);
  const gates = {
    ...(flags.maxFailed === undefined ? {} : { maxFailed: flags.maxFailed }),
    ...(flags.soak === undefined ? {} : { soakSeconds: flags.soak }),
    ...(flags.flowGate === true ? { flow: {} } : {}),
  };
  const common = {
    ...(flags.rate === undefined ? {} : { maxAgentsPerSecond: flags.rate }),
    ...(flags.window === undefined ? {} : { window: flags.window }),
    ...(flags.deadline === undefined ? {} : { applyDeadlineSeconds: flags.deadline }),
    ...(Object.keys(gates).length === 0 ? {} : { gates }),
    ...(flags.onFailure === undefined ? {} : { onFailure: flags.onFailure }),
  };
  if (flags.wave === undefined) {
    if (flags.approveEach === true) throw usageError('--approve-each is for waves: give --wave.');
    return { kind: 'all', ...common };
  }
  const waves = flags.wave.map((wave) => (flags.approveEach === true ? { ...wave, approval: true } : wave));
  return { kind: 'waves', waves, ...common };
}

function strategyFile(path: string, flags: StrategyFlags): RolloutStrategy {
  const others = Object.entries(flags).filter(
    ([name, value]) => STRATEGY_FLAGS.has(name) && value !== undefined,
  );
  if (others.length > 0)
    throw usageError('--strategy says it all: leave out the other options of the strategy.');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usageError(
      `--strategy: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return checkStrategy(value, path);
}

const STRATEGY_FLAGS = new Set([
  'rate',
  'wave',
  'soak',
  'approveEach',
  'maxFailed',
  'flowGate',
  'onFailure',
  'deadline',
  'window',
]);

/** The value as a strategy; refused with every place in it that is wrong. */
export function checkStrategy(value: unknown, where: string): RolloutStrategy {
  const result = RolloutStrategySchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || '(all)'}: ${message}`,
  );
  throw usageError(`${where} is no strategy of a rollout:\n${problems.join('\n')}`);
}

function parseWave(text: string): Wave {
  if (/^[1-9]\d{0,6}$/.test(text)) return { count: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100)
    return { percent: Number(percent) };
  if (/[=!]|\b(?:not)?in\b|^[\w./:-]+$/.test(text) && !/^\d/.test(text)) return { selector: text };
  throw usageError(`--wave: "${text}" is neither a number, nor a share such as 25%, nor a selector.`);
}

function parseLimit(text: string): { count: number } | { percent: number } {
  if (/^\d{1,7}$/.test(text)) return { count: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  throw usageError(`--max-failed: "${text}" is neither a number nor a share such as 5%.`);
}

function parseWindow(text: string): NonNullable<RolloutStrategy['window']> {
  const match = /^(\d\d:\d\d)-(\d\d:\d\d)(?:\s+(\S+\/\S+|UTC))?(?:\s+([a-z,]+))?$/.exec(text.trim());
  const [, from, to, timezone, days] = match ?? [];
  if (from === undefined || to === undefined)
    throw usageError(`--window: "${text}" is not written as "22:00-04:00 Europe/Berlin sat,sun".`);
  const names = days?.split(',');
  const wrong = names?.find((name) => !(WEEK_DAYS as readonly string[]).includes(name));
  if (wrong !== undefined) throw usageError(`--window: "${wrong}" is none of ${WEEK_DAYS.join(', ')}.`);
  return {
    from,
    to,
    ...(timezone === undefined ? {} : { timezone }),
    ...(names === undefined ? {} : { days: names as (typeof WEEK_DAYS)[number][] }),
  };
}
