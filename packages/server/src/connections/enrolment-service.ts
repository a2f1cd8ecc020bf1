import type { AgentSelection, EnrolmentAct, EnrolmentResult } from '@drover/api';
import { SELECTION_MAX } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { EnrolmentDecision } from '../agents/agent-decisions.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { subjectOfAgents } from '../agents/agent-subject.ts';
import { requireSelector } from '../agents/selector.ts';
import type { Act } from '../audit/audit.ts';
import { breathe } from '../lib/breathe.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { CredentialService } from './credential-service.ts';
import { type ActVerdict, verdictOf } from './enrolment-act.ts';
import type { EnrolmentTokenService, TokenEnd } from './enrolment-token-service.ts';
import type { Links } from './grant.ts';

export interface EnrolmentServiceOptions {
  readonly agents: AgentService;
  readonly credentials: CredentialService;
  readonly tokens: EnrolmentTokenService;
  readonly links: Links;
  readonly clock: Clock;
  readonly log: Log;
}

interface Sorted {
  readonly matched: number;
  readonly changing: readonly InstanceUid[];
  readonly unchanged: number;
  readonly cannot: ReadonlyMap<string, number>;
}

const STATE_AFTER = { approve: 'approved', reject: 'rejected', revoke: 'revoked' } as const;
const ACT_KINDS = {
  approve: 'agents.approved',
  reject: 'agents.rejected',
  revoke: 'agents.revoked',
  rotate: 'credentials.rotated',
} as const;
/** Links that are ended without a pause for others. */
const SLICE = 500;

/** What operators decide of who may connect: it holds on disk before it is acknowledged, and for live connections at once. */
export class EnrolmentService {
  readonly #options: EnrolmentServiceOptions;

  constructor(options: EnrolmentServiceOptions) {
    this.#options = options;
    options.tokens.onEnd((end) => this.#tokenEnded(end));
  }

  /** What the act would do; changes nothing. Throws `invalid_selector`. */
  preview(act: EnrolmentAct, selection: AgentSelection): EnrolmentResult {
    return resultOf(this.#sort(act, selection));
  }

  /** On disk, and in force for live connections, when it resolves. Throws `invalid_selector`, `storage_unavailable`. */
  async act(act: EnrolmentAct, selection: AgentSelection, author: string): Promise<EnrolmentResult> {
    const sorted = this.#sort(act, selection);
    await this.#do(act, sorted.changing, author, selection.selector);
    return resultOf(sorted);
  }

  /** One agent. Throws `agent_not_found`, and `enrolment_state_conflict` where it stands so that the act makes no sense. */
  async actOn(uid: string, act: EnrolmentAct, author: string): Promise<void> {
    const agent = this.#require(uid);
    const verdict = this.#verdict(act, agent, true);
    if (verdict.kind === 'cannot') {
      throw new DomainError('enrolment_state_conflict', `cannot ${act} agent ${uid}: it ${verdict.reason}`, {
        facts: { state: agent.enrolment.state },
      });
    }
    if (verdict.kind === 'changes') await this.#do(act, [agent.uid], author);
  }

  /** Another credential for one agent. Throws `agent_not_found`, `agent_not_approved`, `capability_missing`. */
  async rotate(uid: string, author: string): Promise<void> {
    const agent = this.#require(uid);
    const reason = this.#options.credentials.whyNotRotated(agent);
    if (reason !== undefined) {
      const code = agent.enrolment.state === 'approved' ? 'capability_missing' : 'agent_not_approved';
      throw new DomainError(code, `agent ${uid} was given no credential: ${reason}`, {
        facts: { capability: 'AcceptsOpAMPConnectionSettings' },
      });
    }
    await this.#do('rotate', [agent.uid], author);
  }

  /** Takes one credential from an agent; with the last one it is revoked. Throws `credential_not_found`. */
  async removeCredential(uid: string, id: string, author: string): Promise<void> {
    const { agents, credentials } = this.#options;
    const agent = agents.record(uid as InstanceUid);
    const isLast = credentials.isLast(uid as InstanceUid, id);
    // Else the agent would come back by an enrolment token and be given the next credential.
    if (isLast && agent?.enrolment.state === 'approved') await this.#do('revoke', [agent.uid], author);
    else {
      const subject = subjectOfAgents(agents, [uid as InstanceUid]);
      const detail = `credential ${id}`;
      await credentials.remove(uid as InstanceUid, id, author, {
        author,
        kind: 'credentials.deleted',
        subject,
        detail,
      });
    }
  }

  async #do(act: EnrolmentAct, uids: readonly InstanceUid[], author: string, selector = ''): Promise<void> {
    const { agents, credentials, log } = this.#options;
    if (uids.length === 0) return;
    const record = this.#record(act, uids, author, selector);
    if (act === 'rotate') return credentials.rotate(uids, author, record);
    // What an agent had before it was shut out does not serve again.
    if (act === 'approve') await credentials.removeOf(this.#shutOut(uids), author);
    await agents.decide(this.#decisions(act, uids, author), record);
    for (const uid of uids) log.info({ agent: uid, author }, `agent ${STATE_AFTER[act]}`);
    if (act === 'approve') return;
    const removed = credentials.removeOf(uids, author);
    await Promise.all([removed, this.#end(uids, `the agent was ${STATE_AFTER[act]}`)]);
  }

  #record(act: EnrolmentAct, uids: readonly InstanceUid[], author: string, selector: string): Act {
    const detail = uids.length > 1 && selector !== '' ? `by the selector ${selector}` : '';
    const data = { agents: uids.length };
    return {
      author,
      kind: ACT_KINDS[act],
      subject: subjectOfAgents(this.#options.agents, uids, selector),
      detail,
      data,
    };
  }

  #decisions(
    act: keyof typeof STATE_AFTER,
    uids: readonly InstanceUid[],
    author: string,
  ): EnrolmentDecision[] {
    const state = STATE_AFTER[act];
    const enrolment = { state, by: author, atMs: this.#options.clock.now() };
    const event = { kind: state, detail: `${state} by ${author}`, data: { author } };
    return uids.map((uid) => ({ uid, enrolment, event }));
  }

  #shutOut(uids: readonly InstanceUid[]): InstanceUid[] {
    return uids.filter((uid) => this.#options.agents.record(uid)?.enrolment.state !== 'pending');
  }

  async #end(uids: readonly InstanceUid[], reason: string): Promise<void> {
    for (let at = 0; at < uids.length; at += SLICE) {
      for (const uid of uids.slice(at, at + SLICE)) this.#options.links.end(uid, reason);
      if (at + SLICE < uids.length) await breathe();
    }
  }

  /** Agents whose own credential has not come into use yet depend on the token too. */
  async #tokenEnded({ token, how }: TokenEnd): Promise<void> {
    const { agents, links, log } = this.#options;
    const data = { enrolmentToken: token.id };
    for (const uid of agents.connectedBy(token.id))
      agents.recordEvent(
        uid,
        'access_ended',
        `its connection ended: enrolment token "${token.name}" ${how}`,
        data,
      );
    const ended = await links.endGranted(
      ({ access }) => access.token?.id === token.id,
      `the enrolment token ${how}`,
    );
    if (ended > 0)
      log.info({ token: token.id, agents: ended }, `connections ended: the enrolment token ${how}`);
  }

  #sort(act: EnrolmentAct, { selector, instanceUids }: AgentSelection): Sorted {
    const { agents } = this.#options;
    const changing: InstanceUid[] = [];
    const cannot = new Map<string, number>();
    let [matched, unchanged] = [0, 0];
    const count = (reason: string): unknown => cannot.set(reason, (cannot.get(reason) ?? 0) + 1);
    const look = (agent: AgentRecord, isNamed: boolean): void => {
      matched += 1;
      const verdict = this.#verdict(act, agent, isNamed);
      if (verdict.kind === 'changes') changing.push(agent.uid);
      else if (verdict.kind === 'unchanged') unchanged += 1;
      else count(verdict.reason);
    };
    for (const uid of new Set(instanceUids)) {
      const agent = agents.record(uid as InstanceUid);
      if (agent === undefined) count('is not known');
      else look(agent, true);
    }
    if (selector !== undefined)
      for (const agent of agents.match(requireSelector(selector))) look(agent, false);
    return { matched, changing, unchanged, cannot };
  }

  #verdict(act: EnrolmentAct, agent: AgentRecord, isNamed: boolean): ActVerdict {
    if (act !== 'rotate') return verdictOf(act, agent, isNamed);
    const reason = this.#options.credentials.whyNotRotated(agent);
    if (reason !== undefined) return { kind: 'cannot', reason };
    return { kind: this.#options.credentials.isUnderWay(agent.uid) ? 'unchanged' : 'changes' };
  }

  #require(uid: string): AgentRecord {
    const agent = this.#options.agents.record(uid as InstanceUid);
    if (agent === undefined) {
      throw new DomainError(
        'agent_not_found',
        `there is no agent "${uid}"; it never connected, or it was forgotten`,
      );
    }
    return agent;
  }
}

function resultOf({ matched, changing, unchanged, cannot }: Sorted): EnrolmentResult {
  return {
    matched,
    changed: changing.length,
    unchanged,
    cannot: [...cannot].map(([reason, count]) => ({ reason, count })),
    instanceUids: changing.slice(0, SELECTION_MAX),
  };
}
