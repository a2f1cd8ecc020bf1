import type { ConfigTrial, ConfigTrialAgents, ConfigValidateResult, Finding } from '@drover/api';
import { countOf } from '../components/format.ts';
import type { Tone } from '../components/tone.ts';

/** Whose program can be asked, by a key for lists. */
export interface Checker {
  readonly key: string;
  /** As a person reads it. */
  readonly word: string;
  readonly with: { readonly kind: 'local' } | { readonly kind: 'agent'; readonly instanceUid: string };
  /** Its answer comes with a later poll. */
  readonly isSlow: boolean;
}

export type TrialState =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking'; readonly checker: Checker }
  /** `body` is the text that was checked. */
  | {
      readonly kind: 'answered';
      readonly checker: Checker;
      readonly body: string;
      readonly result: ConfigValidateResult;
    }
  | { readonly kind: 'failed'; readonly checker: Checker; readonly error: unknown };

/** The server's own Collector first, then agents as they are proposed. */
export function checkersOf({ local, items }: ConfigTrialAgents): readonly Checker[] {
  const own: Checker[] =
    local === null
      ? []
      : [{ key: 'local', word: `${local.program} on the server`, with: { kind: 'local' }, isSlow: false }];
  return [
    ...own,
    ...items.map((agent): Checker => {
      const host =
        agent.hostName === '' || agent.hostName === agent.displayName ? '' : ` on ${agent.hostName}`;
      const runs = agent.runsConfig ? ', runs this configuration' : '';
      return {
        key: agent.instanceUid,
        word: `${agent.displayName} …${agent.instanceUid.slice(-4)}${host}: ${agent.program || 'unknown program'}${runs}`,
        with: { kind: 'agent', instanceUid: agent.instanceUid },
        isSlow: agent.transport === 'http',
      };
    }),
  ];
}

const OF_PROGRAMS = new Set<Finding['source']>(['collector', 'supervisor']);

/** The findings of a program on exactly this text; none where it was another one. */
export function programFindings(state: TrialState, body: string): readonly Finding[] {
  if (state.kind !== 'answered' || state.body !== body) return [];
  return state.result.problems.filter(({ source }) => OF_PROGRAMS.has(source));
}

/** What came of it, in words. */
export function verdictText(
  trial: ConfigTrial,
  findings: number,
): { readonly tone: Tone; readonly text: string } {
  const place = trial.stack.findIndex(({ revision }) => revision === null) + 1;
  const where = trial.stack.length > 1 ? `, as layer ${place} of ${trial.stack.length}` : '';
  const program = trial.program || 'The program';
  switch (trial.verdict) {
    case 'valid':
      return { tone: 'well', text: `${program} would run it${where}.` };
    case 'invalid':
      return {
        tone: 'broken',
        text: `${program} would not run it${where}: ${countOf(findings, 'finding')} below.`,
      };
    case 'refused':
      return {
        tone: 'broken',
        text: `The agent’s host would refuse it without asking the program: ${trial.reason}`,
      };
    case 'not_asked':
      return { tone: 'look', text: `Not checked: ${trial.reason}.` };
  }
}
