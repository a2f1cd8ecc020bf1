import type { Account } from '../../confinement/account.ts';
import { type CommandOptions, runCommand } from '../../process/run-command.ts';
import { type Learned, type LearnedPrograms, type ProgramFacts, programFacts } from '../program-facts.ts';
import { type CollectorInventory, parseCollectorInventory } from './collector-components.ts';

const INVENTORY_LIMIT_MS = 20_000;

/** A Collector program; its facts are version and components, as `components` prints them. */
export function collectorBinary(options: {
  readonly executable: string;
  readonly storageFolder: string;
  readonly shared: LearnedPrograms;
  readonly env: NodeJS.ProcessEnv;
  readonly runAs: Account | undefined;
}): ProgramFacts<CollectorInventory> {
  const { executable, env, runAs } = options;
  return programFacts({
    ...options,
    question: 'components',
    ask: () => readInventory(executable, { env, runAs, limitMs: INVENTORY_LIMIT_MS }),
  });
}

async function readInventory(
  executable: string,
  options: CommandOptions,
): Promise<Learned<CollectorInventory>> {
  const result = await runCommand(executable, ['components'], options);
  switch (result.kind) {
    case 'not_started':
      return { kind: 'unusable', message: result.message };
    case 'timed_out':
      return {
        kind: 'unusable',
        message: `"${executable} components" did not end within ${INVENTORY_LIMIT_MS} ms`,
      };
    case 'ended': {
      const inventory = result.exitCode === 0 ? parseCollectorInventory(result.stdout) : undefined;
      if (inventory !== undefined) return { kind: 'facts', facts: inventory };
      const said = (result.stderr || result.stdout).trim().slice(0, 500);
      return {
        kind: 'unusable',
        message: `${executable} does not seem to be a Collector: "components" ended with ${result.exitCode}${said && `: ${said}`}`,
      };
    }
  }
}
