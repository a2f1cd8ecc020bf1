import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { contextOf } from '../context.ts';
import { flowText } from '../flow-text.ts';
import { printForScripts } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

async function showFlow(terminal: Terminal, name: string, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const flow = await api.agentFlow(await resolveAgent(api, name));
  if (!printForScripts(terminal, format, flow)) terminal.out(flowText(flow, Date.now()));
}

/** `drover agents flow` */
export function addFlowCommand(agents: Command, terminal: Terminal): void {
  agents
    .command('flow')
    .description('what flows through an agent, as its own metrics say; gates of rollouts judge by it')
    .argument('<agent>', 'uid, unique beginning of it, or display name')
    .action((name: string, _flags: object, command: Command) => showFlow(terminal, name, command));
}
