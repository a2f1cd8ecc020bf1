import { type AgentDrift, printableLine, printableText } from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { intendedText } from '../intended-text.ts';
import { printForScripts } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { addFleetDriftCommands } from './fleet-drift.ts';

const AGENT = 'uid, unique beginning of it, or display name';

async function showDrift(terminal: Terminal, name: string, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const drift = await api.agentDrift(await resolveAgent(api, name));
  if (!printForScripts(terminal, format, drift)) terminal.out(driftText(drift));
  if (drift.state === 'drifted')
    throw new CliError(
      `It runs something else than it is meant to, in ${drift.differences.length} thing(s).`,
    );
}

function driftText({ state, reason, differences, reassert }: AgentDrift): string {
  if (state === 'unknown') return `unknown: ${printableLine(reason)}\n`;
  if (state === 'none') return 'It runs what it is meant to.\n';
  return differences
    .map(({ path, change, intended, effective }) => {
      const values =
        change === 'changed'
          ? `: ${JSON.stringify(intended)} intended, ${JSON.stringify(effective)} runs`
          : '';
      return `${change.padEnd(8)} ${printableLine(path)}${printableLine(values)}\n`;
    })
    .concat(reassertText(reassert))
    .join('');
}

/** What policy does about it. */
function reassertText(reassert: AgentDrift['reassert']): string {
  if (reassert === null) return '';
  const { tries, maxTries, nextAt, isStopped } = reassert;
  if (isStopped) return `It drifts after ${maxTries} tries of the policy, which leaves it alone.\n`;
  return nextAt === null ? '' : `Policy re-asserts it at ${nextAt}, try ${tries + 1} of ${maxTries}.\n`;
}

async function showIntended(terminal: Terminal, name: string, flags: { origin?: boolean }, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const intended = await api.intendedConfig(await resolveAgent(api, name));
  if (printForScripts(terminal, format, intended)) return;
  if (intended.layers.length === 0)
    throw new CliError(`${intended.problem ?? 'Nothing is intended for this agent'}.`);
  terminal.out(printableText(intendedText(intended, flags.origin === true)));
}

/** `drover agents drift|intended|reassert` */
export function addDriftCommands(agents: Command, terminal: Terminal): void {
  agents
    .command('drift')
    .description('in what an agent runs something else than it is meant to; exit code 1 where it does')
    .argument('<agent>', AGENT)
    .action((name: string, _flags: object, command: Command) => showDrift(terminal, name, command));
  agents
    .command('intended')
    .description('what an agent is to run: its stack, merged')
    .argument('<agent>', AGENT)
    .option('--origin', 'in front of each line the configuration that it comes from')
    .action((name: string, flags: { origin?: boolean }, command: Command) =>
      showIntended(terminal, name, flags, command),
    );
  addFleetDriftCommands(agents, terminal);
}
