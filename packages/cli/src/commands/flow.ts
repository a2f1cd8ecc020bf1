import { printableLine } from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { flowText } from '../flow-text.ts';
import { printForScripts } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

async function showFlow(terminal: Terminal, name: string, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const flow = await api.agentFlow(await resolveAgent(api, name));
  if (!printForScripts(terminal, format, flow)) terminal.out(flowText(flow, Date.now()));
}

interface RetryFlags {
  readonly selector?: string;
  readonly yes?: boolean;
}

async function retryMany(terminal: Terminal, flags: RetryFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const selection = { filter: { selector: flags.selector ?? '' } };
  const preview = await api.previewOwnMetricsRetry({ selection });
  if (preview.changed > 0)
    await confirm(
      terminal,
      flags.yes,
      `Tell ${preview.changed} agents once more where to send their own metrics, of ${preview.matched} that match?`,
    );
  const result =
    preview.changed === 0 ? preview : await api.retryAllOwnMetrics({ selection, atMost: preview.changed });
  if (printForScripts(terminal, format, result)) return;
  const cannot = result.cannot.map(({ count, reason }) => `; ${count} cannot: ${printableLine(reason)}`);
  terminal.out(
    `${result.changed} agents told once more, ${result.unchanged} have not failed${cannot.join('')}\n`,
  );
}

/** `drover agents flow|retry-own-metrics` */
export function addFlowCommand(agents: Command, terminal: Terminal): void {
  agents
    .command('flow')
    .description('what flows through an agent, as its own metrics say; gates of rollouts judge by it')
    .argument('<agent>', 'uid, unique beginning of it, or display name')
    .action((name: string, _flags: object, command: Command) => showFlow(terminal, name, command));
  agents
    .command('retry-own-metrics')
    .description('tell agents that failed on it once more where to send their own metrics')
    .argument('[agent]', 'uid, unique beginning of it, or display name')
    .option('-l, --selector <selector>', 'those of these agents that failed on it; "" for all')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string | undefined, flags: RetryFlags, command: Command) => {
      if ((name === undefined) === (flags.selector === undefined))
        throw usageError('Give either one agent, or those that failed by --selector.');
      if (name === undefined) {
        await retryMany(terminal, flags, command);
        return;
      }
      const { api } = contextOf(terminal, command);
      const uid = await resolveAgent(api, name);
      await api.retryOwnMetrics(uid);
      terminal.out(`${uid}: told once more\n`);
    });
}
