import type { Account } from '../../confinement/account.ts';
import { type CommandOptions, runCommand } from '../../process/run-command.ts';
import { type Learned, type LearnedPrograms, type ProgramFacts, programFacts } from '../program-facts.ts';

const LIMIT_MS = 20_000;
const MAX_ERROR_LINES = 6;
const MAX_ERROR_LENGTH = 2_000;

/** Version and plug-ins; plain data. */
export interface FluentBitFacts {
  readonly version: string;
  /** Names of plug-ins with their descriptions, by group as `--help` heads them, in lower case. */
  readonly plugins: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function fluentBitProgram(options: {
  readonly executable: string;
  readonly storageFolder: string;
  readonly shared: LearnedPrograms;
  readonly env: NodeJS.ProcessEnv;
  readonly runAs: Account | undefined;
}): ProgramFacts<FluentBitFacts> {
  const { executable, env, runAs } = options;
  return programFacts({
    ...options,
    question: 'fluent-bit --help',
    ask: () => ask(executable, { env, runAs, limitMs: LIMIT_MS }),
  });
}

async function ask(executable: string, options: CommandOptions): Promise<Learned<FluentBitFacts>> {
  const asked = await runCommand(executable, ['--version'], options);
  switch (asked.kind) {
    case 'not_started':
      return { kind: 'unusable', message: asked.message };
    case 'timed_out':
      return { kind: 'unusable', message: `"${executable} --version" did not end within ${LIMIT_MS} ms` };
    case 'ended': {
      const version = /Fluent ?-?Bit v(\d+\.\d+\S*)/i.exec(`${asked.stdout}\n${asked.stderr}`)?.[1];
      if (version === undefined) {
        const said = (asked.stdout || asked.stderr).trim().slice(0, 300);
        return {
          kind: 'unusable',
          message: `${executable} does not seem to be Fluent Bit: "--version" says ${JSON.stringify(said)}`,
        };
      }
      const help = await runCommand(executable, ['--help'], options);
      return {
        kind: 'facts',
        facts: { version, plugins: help.kind === 'ended' ? pluginsIn(help.stdout) : {} },
      };
    }
  }
}

const GROUPS = ['inputs', 'processors', 'filters', 'outputs', 'customs'];

/** The plug-ins that `--help` lists, group by group. */
export function pluginsIn(help: string): FluentBitFacts['plugins'] {
  const plugins: Record<string, Record<string, string>> = {};
  let group: Record<string, string> | undefined;
  for (const line of withoutColours(help).split('\n')) {
    const heading = /^([A-Z][A-Za-z]+)\s*$/.exec(line)?.[1]?.toLowerCase();
    if (heading !== undefined) {
      group = GROUPS.includes(heading) ? {} : undefined;
      if (group !== undefined) plugins[heading] = group;
    }
    const [, name, description = ''] = /^ {2}([A-Za-z0-9_.-]+)(?:\s+(.*))?$/.exec(line) ?? [];
    if (group !== undefined && name !== undefined) group[name] = description.trim();
  }
  return plugins;
}

/** From 2.2 on hot reload is a setting of the configuration. An unknown version is taken for a new one. */
export function canHotReload(version: string | undefined): boolean {
  const [major = 99, minor = 0] = (version ?? '').split('.').map(Number);
  return Number.isNaN(major) || major > 2 || (major === 2 && minor >= 2) || version === undefined;
}

/** What Fluent Bit reported as errors, without times and colours; empty where it reported none. */
export function fluentBitErrorIn(output: string): string {
  return withoutColours(output)
    .split('\n')
    .flatMap((line) => /\[\s*error\]\s*(.*)$/i.exec(line)?.[1] ?? [])
    .slice(-MAX_ERROR_LINES)
    .join('\n')
    .slice(0, MAX_ERROR_LENGTH);
}

function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}
