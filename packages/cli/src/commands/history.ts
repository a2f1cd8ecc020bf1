import type { AgentConfigEntry, ConfigHistoryEntry } from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { stackText } from '../agent-text.ts';
import { contextOf } from '../context.ts';
import { paintState } from '../output/paint.ts';
import { printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import { countsText, selectorText, targetText } from '../rollout-text.ts';
import type { Terminal } from '../terminal.ts';

const AGENT = 'uid, unique beginning of it, or display name';

/** What a rollout did, in one line. */
function resultText(entry: ConfigHistoryEntry): string {
  if (entry.kind === 'revision') return '';
  return `${entry.state}, ${countsText(entry.counts, (_style, text) => text)}`;
}

function whatText(entry: ConfigHistoryEntry): string {
  if (entry.kind === 'revision') return 'written';
  return `${targetText({ ...entry, kind: 'config', hash: '' })} to ${selectorText(entry.selector)}`;
}

async function configHistory(
  terminal: Terminal,
  name: string,
  flags: PagingFlags,
  command: Command,
): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const list = await collectPages(flags, (page) => api.configHistory(name, page));
  printList(terminal, format, list, {
    noun: 'entries',
    name: (entry) => (entry.kind === 'rollout' ? entry.rolloutId : `${name}@${entry.revision}`),
    columns: [
      { title: 'AT', text: (entry) => entry.at },
      { title: 'REVISION', text: (entry) => String(entry.revision), isNumber: true },
      { title: 'WHAT', text: whatText },
      { title: 'BY', text: (entry) => entry.by },
      { title: 'WHY', text: (entry) => entry.message.split('\n')[0] ?? '' },
      { title: 'RESULT', text: resultText },
      { title: 'ROLLOUT', text: (entry) => (entry.kind === 'rollout' ? entry.rolloutId : ''), wide: true },
    ],
  });
}

function causeText({ cause, rolloutId }: AgentConfigEntry): string {
  return cause === 'rollback' ? `back from ${rolloutId ?? 'a rollout'}` : (rolloutId ?? '');
}

async function agentHistory(
  terminal: Terminal,
  name: string,
  flags: PagingFlags,
  command: Command,
): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const uid = await resolveAgent(api, name);
  const list = await collectPages(flags, (page) => api.agentConfigHistory(uid, page));
  printList(terminal, format, list, {
    noun: 'entries',
    name: (entry) => entry.at,
    columns: [
      { title: 'AT', text: (entry) => entry.at },
      { title: 'CONFIGS', text: (entry) => stackText(entry.configs) },
      { title: 'RESULT', text: (entry) => entry.result, paint: (text) => paintState(paint, text) },
      { title: 'NOW', text: (entry) => (entry.isCurrent ? 'yes' : '') },
      { title: 'BY', text: (entry) => entry.by },
      { title: 'WHY', text: (entry) => entry.message.split('\n')[0] ?? '' },
      { title: 'ROLLOUT', text: causeText },
      { title: 'ERROR', text: (entry) => entry.error.split('\n')[0] ?? '' },
    ],
  });
}

/** `drover configs history` */
export function addConfigHistoryCommand(configs: Command, terminal: Terminal): void {
  configs
    .command('history')
    .description('revisions and rollouts of a configuration, newest first')
    .argument('<name>')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      '\nTo go back to revision 3 wherever the configuration is used:\n  drover rollouts create --layer NAME@3 -l ""',
    )
    .action((name: string, flags: PagingFlags, command: Command) =>
      configHistory(terminal, name, flags, command),
    );
}

/** `drover agents history` */
export function addAgentHistoryCommand(agents: Command, terminal: Terminal): void {
  agents
    .command('history')
    .description('the stacks that an agent was given, newest first, and what became of each')
    .argument('<agent>', AGENT)
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      '\nTo go back to the stack of an entry:\n  drover rollouts create --config base@2 --config region-eu@1 -l instanceUid=UID',
    )
    .action((name: string, flags: PagingFlags, command: Command) =>
      agentHistory(terminal, name, flags, command),
    );
}
