import {
  type AgentSelection,
  CREDENTIAL_SORT_FIELDS,
  type Credential,
  type CredentialState,
  type EnrolmentAct,
  printableLine,
} from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { type Context, confirm, contextOf } from '../context.ts';
import { agentsText, doneText, enrolmentPreviewText } from '../enrolment-text.ts';
import { CliError, usageError } from '../failure.ts';
import { ageText } from '../output/age.ts';
import { paintState } from '../output/paint.ts';
import { type ListView, printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

interface ActFlags {
  readonly selector?: string;
  readonly credential?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
}

const QUESTIONS: Readonly<Record<EnrolmentAct, (agents: string) => string>> = {
  approve: (agents) => `Approve ${agents}?`,
  reject: (agents) => `Reject ${agents}? They are disconnected and refused.`,
  revoke: (agents) =>
    `Revoke ${agents}? Their credentials are void, they are disconnected, and they are refused until they are approved again.`,
  rotate: (agents) => `Give ${agents} another credential?`,
};
const SAMPLES = 10;

async function selectionOf(
  { api }: Context,
  names: readonly string[],
  { selector }: ActFlags,
): Promise<AgentSelection> {
  if ((names.length === 0) === (selector === undefined)) {
    throw usageError(
      'Name the agents, or select them with --selector (an empty one means every agent); one of the two.',
    );
  }
  if (selector !== undefined) return { selector };
  return { instanceUids: await Promise.all(names.map((name) => resolveAgent(api, name))) };
}

/** Those that wait, as they describe themselves: an operator has to know whom he lets in. */
async function printWaiting({ api, terminal }: Context, selector: string): Promise<void> {
  const { items, total } = await api.listAgents({ selector, enrolment: ['pending'], limit: SAMPLES });
  for (const { instanceUid, displayName, hostName, connection } of items) {
    const words = [displayName, hostName, connection.remoteAddress].map(printableLine);
    terminal.err(`  ${instanceUid}  ${words.join('  ')}\n`);
  }
  if (total > items.length) terminal.err(`  and ${total - items.length} more\n`);
}

async function act(
  terminal: Terminal,
  kind: EnrolmentAct,
  names: string[],
  flags: ActFlags,
  command: Command,
): Promise<void> {
  const context = contextOf(terminal, command);
  const { api, format } = context;
  const selection = await selectionOf(context, names, flags);
  const preview = await api.previewEnrolment(kind, selection);
  if (flags.preview) {
    if (!printForScripts(terminal, format, preview)) terminal.out(enrolmentPreviewText(kind, preview));
    return;
  }
  const { changed, cannot, instanceUids } = preview;
  if (changed === 0 && cannot.length > 0) {
    const reasons = cannot.map(({ reason, count }) => `${agentsText(count)}: ${reason}`).join('; ');
    throw new CliError(`Nothing was changed: ${reasons}.`);
  }
  const isBySelector = flags.selector !== undefined;
  const isHarmless = kind === 'approve' || kind === 'rotate';
  if (!flags.yes && changed > 0 && (isBySelector || !isHarmless)) {
    terminal.err(enrolmentPreviewText(kind, preview));
    if (isBySelector && kind !== 'rotate' && kind !== 'revoke')
      await printWaiting(context, flags.selector ?? '');
    await confirm(terminal, false, QUESTIONS[kind](agentsText(instanceUids.length)));
  }
  // By their uids: nobody is let in or shut out who came after the preview.
  const result = changed === 0 ? preview : await api.decideEnrolment(kind, { instanceUids });
  if (printForScripts(terminal, format, result)) return;
  if (format === 'name') {
    for (const uid of result.instanceUids) terminal.out(`${uid}\n`);
    return;
  }
  terminal.out(`${doneText(kind, result.changed)}\n`);
  if (changed > instanceUids.length)
    terminal.err(`${changed - instanceUids.length} more match: run it again.\n`);
}

async function revoke(terminal: Terminal, names: string[], flags: ActFlags, command: Command): Promise<void> {
  const { credential } = flags;
  if (credential === undefined) return act(terminal, 'revoke', names, flags, command);
  const [name] = names;
  if (name === undefined || names.length > 1 || flags.selector !== undefined)
    throw usageError('--credential is for one agent, which is named.');
  const { api } = contextOf(terminal, command);
  const uid = await resolveAgent(api, name);
  await confirm(terminal, flags.yes, `Take credential ${credential} from agent ${uid}?`);
  await api.deleteCredential(uid, credential);
  terminal.out(`${credential}: revoked\n`);
}

function credentialView(context: Context, nowMs: number): ListView<Credential> {
  const ago = (at: string | null, never: string): string =>
    at === null ? never : `${ageText(at, nowMs)} ago`;
  return {
    noun: 'credentials',
    name: ({ id }) => id,
    columns: [
      { title: 'ID', text: ({ id }) => id },
      { title: 'AGENT', text: ({ agent, instanceUid }) => agent?.displayName ?? instanceUid },
      { title: 'UID', text: ({ instanceUid }) => instanceUid, wide: true },
      { title: 'KIND', text: ({ kind }) => kind },
      { title: 'STATE', text: ({ state }) => state, paint: (text) => paintState(context.paint, text) },
      { title: 'USED', text: ({ lastUsedAt }) => ago(lastUsedAt, 'never') },
      { title: 'EXPIRES', text: ({ expiresAt }) => expiresAt ?? 'never' },
      { title: 'CREATED', text: ({ createdAt }) => createdAt },
      { title: 'BY', text: ({ createdBy }) => createdBy, wide: true },
      { title: 'ERROR', text: ({ errorMessage }) => printableLine(errorMessage), wide: true },
    ],
  };
}

async function listOfAgent(terminal: Terminal, name: string, flags: PagingFlags, command: Command) {
  const context = contextOf(terminal, command);
  const uid = await resolveAgent(context.api, name);
  const list = await collectPages(flags, (page) => context.api.agentCredentials(uid, page));
  printList(terminal, context.format, list, credentialView(context, Date.now()));
}

interface ListFlags extends PagingFlags {
  readonly state?: CredentialState;
  readonly sort?: string;
}

async function listCredentials(terminal: Terminal, flags: ListFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const filter = {
    ...(flags.state === undefined ? {} : { state: flags.state }),
    ...(flags.sort === undefined ? {} : { sort: flags.sort }),
  };
  const list = await collectPages(flags, (page) => context.api.listCredentials({ ...filter, ...page }));
  printList(terminal, context.format, list, credentialView(context, Date.now()));
}

/** `drover agents approve`, `reject`, `revoke`, `rotate`, `credentials`: who may connect. */
export function addEnrolmentCommands(agents: Command, terminal: Terminal): void {
  const addAct = (name: EnrolmentAct, about: string): Command =>
    agents
      .command(name)
      .description(about)
      .argument('[agents...]', 'uids, unique beginnings of them, or display names')
      .option('-l, --selector <selector>', 'the agents that match; "" means every agent')
      .option('--preview', 'say what would happen, and change nothing')
      .option('-y, --yes', 'do not ask');
  for (const [name, about] of [
    ['approve', 'let agents in that wait for approval; named by uid also those that were shut out'],
    ['reject', 'refuse agents that wait for approval'],
    ['rotate', 'give agents another credential; the one that they have serves until they use the next'],
  ] as const) {
    addAct(name, about).action((names: string[], flags: ActFlags, command: Command) =>
      act(terminal, name, names, flags, command),
    );
  }
  addAct('revoke', 'void all credentials of agents, disconnect and refuse them')
    .option('--credential <id>', 'only this one, of one agent')
    .addHelpText(
      'after',
      '\nExamples:\n  drover agents revoke edge-7\n  drover agents revoke -l site=closed --preview',
    )
    .action((names: string[], flags: ActFlags, command: Command) => revoke(terminal, names, flags, command));
  agents
    .command('credentials')
    .description('credentials of an agent of its own, newest first')
    .argument('<agent>', 'uid, unique beginning of it, or display name')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((name: string, flags: PagingFlags, command: Command) =>
      listOfAgent(terminal, name, flags, command),
    );
}

/** `drover credentials` */
export function addCredentialCommands(program: Command, terminal: Terminal): void {
  program
    .command('credentials')
    .description('list credentials of all agents of their own, the one that was used last first')
    .option('--state <state>', 'due, offered, active, failed')
    .option('--sort <field>', `${CREDENTIAL_SORT_FIELDS.join(', ')}; "-" in front sorts downwards`)
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: ListFlags, command: Command) => listCredentials(terminal, flags, command));
}
