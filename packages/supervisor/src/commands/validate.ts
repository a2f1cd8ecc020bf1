import { settingsSecrets } from '../secrets.ts';
import { readSettings } from '../settings/read-settings.ts';
import { type AgentCheck, checkAgent } from './check-agent.ts';
import type { CommandLine } from './command-line.ts';
import { print } from './print.ts';

const EXIT_NOT_ASKED = 1;
const EXIT_WRONG = 2;

interface AgentVerdict {
  readonly name: string;
  readonly result: AgentCheck['kind'];
  readonly program: string | null;
  readonly message: string;
}

/** Settings first, then the local configuration of each agent by its own program. */
export async function validate({
  settingsFile,
  output,
}: Extract<CommandLine, { kind: 'validate' | 'doctor' }>): Promise<number> {
  const read = readSettings(settingsFile, process.env);
  if (read.kind === 'invalid') {
    print(output, { settingsFile, isValid: false, problems: read.problems, notices: [], agents: [] }, () => {
      const problems = read.problems.map((problem) => `  ${problem}\n`).join('');
      return `${settingsFile}: not valid\n${problems}`;
    });
    return EXIT_WRONG;
  }
  const { server } = read.settings;
  const { mask } = settingsSecrets(server, [process.env, ...read.settings.agents.map(({ env }) => env)]);
  const agents: AgentVerdict[] = [];
  for (const settings of read.settings.agents)
    agents.push(verdict(settings.name, await checkAgent(settings, process.env), mask));
  const isValid = agents.every(({ result }) => result === 'valid' || result === 'nothing_to_run');
  print(output, { settingsFile, isValid, problems: [], notices: read.notices, agents }, () => {
    const notices = read.notices.map((notice) => `  note: ${notice}\n`).join('');
    return `${settingsFile}: valid\n${notices}${agents.map(inWords).join('')}`;
  });
  if (agents.some(({ result }) => result === 'invalid')) return EXIT_WRONG;
  return isValid ? 0 : EXIT_NOT_ASKED;
}

function verdict(name: string, check: AgentCheck, mask: (text: string) => string): AgentVerdict {
  const program = check.kind === 'unusable' ? null : `${check.facts.name} ${check.facts.version}`;
  const message = check.kind === 'invalid' || check.kind === 'unusable' ? mask(check.message) : '';
  return { name, result: check.kind, program, message };
}

function inWords({ name, result, program, message }: AgentVerdict): string {
  switch (result) {
    case 'valid':
      return `${name}: valid, says ${program}\n`;
    case 'nothing_to_run':
      return `${name}: no local configuration; ${program} waits for one from the server\n`;
    case 'invalid':
      return `${name}: not valid, says ${program}\n${indented(message)}`;
    case 'unusable':
      return `${name}: its program cannot be asked\n${indented(message)}`;
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ').concat('\n');
}
