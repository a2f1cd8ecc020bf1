import type {
  ConfigTrial,
  ConfigTrialAgents,
  ConfigTrialWith,
  ConfigValidateResult,
  ConfigValidateSchema,
  Finding,
} from '@drover/api';
import type { z } from 'zod';
import { type AgentRecord, displayNameOf, hostNameOf, type InstanceUid } from '../agents/agent.ts';
import { matchesSelector, requireSelector, type Selector } from '../agents/selector.ts';
import type { ConfigContent, Revision } from '../configs/config.ts';
import { contentOf } from '../configs/config-content.ts';
import { localTrial } from '../configs/local-trial.ts';
import type { LocalCollector, ProgramVerdict } from '../configs/program-verdict.ts';
import { secretMask } from '../configs/secret-mask.ts';
import { DomainError } from '../lib/errors.ts';
import type { OfferedFile } from './config-stack.ts';
import type { Revisions } from './config-target.ts';
import {
  type Asked,
  concluded,
  DRAFT,
  draftOf,
  finding,
  masked,
  notAsked,
  programOf,
  type Trial,
  verdictText,
} from './config-trial.ts';
import type { Fleet } from './fleet.ts';
import { type SecretValues, StackContent } from './stack-content.ts';

export type ConfigTrialInput = z.output<typeof ConfigValidateSchema>;

/** Agents whose programs can be asked. */
export interface AskableAgents {
  /** Those that are connected now and say that they can. Do not change it. */
  readonly announcing: ReadonlySet<InstanceUid>;
  /** Throws where the agent cannot be asked, or gives no answer. */
  ask(
    uid: InstanceUid,
    files: ReadonlyMap<string, OfferedFile>,
    signal: AbortSignal | undefined,
  ): Promise<ProgramVerdict>;
}

export interface ConfigTrialServiceOptions {
  readonly configs: Revisions & { validate(input: ConfigTrialInput): Promise<ConfigValidateResult> };
  readonly agents: Pick<Fleet, 'record' | 'recordEvent'>;
  readonly secrets: SecretValues;
  readonly askable: AskableAgents;
  /** Undefined where the server has none. */
  readonly local: LocalCollector | undefined;
}

/** What a configuration is called that nobody has named yet. */
const UNNAMED = 'configuration';
/** Of a selector, so many that can be asked are looked at for the best of them. */
const MAX_LOOKED_AT = 200;
const SLICE = 5_000;

/** Checks of configurations that ask the program itself: an agent's, through its supervisor, or the server's own Collector. */
export class ConfigTrialService {
  readonly #options: ConfigTrialServiceOptions;

  constructor(options: ConfigTrialServiceOptions) {
    this.#options = options;
  }

  /**
   * The findings of every check that looks at the text, and of the program where `with` names one. Throws as `AskableAgents.ask` and
   * `LocalCollector.validate`, and `agent_not_found`, `local_collector_missing`. What an agent says stands on its timeline too.
   */
  async validate(
    input: ConfigTrialInput,
    author: string,
    signal?: AbortSignal,
  ): Promise<ConfigValidateResult> {
    const result = await this.#options.configs.validate(input);
    if (input.with === undefined) return result;
    const isReadable = !result.problems.some(
      ({ severity, source }) => severity === 'error' && (source === 'yaml' || source === 'variables'),
    );
    const { trial, findings } = await this.#trial(input, input.with, isReadable, signal);
    if (trial.instanceUid !== null && trial.verdict !== 'not_asked')
      this.#record(trial, findings, input.name, author);
    const problems = [...result.problems, ...findings].sort((a, b) => a.line - b.line || a.column - b.column);
    return { ...result, valid: problems.every(({ severity }) => severity !== 'error'), problems, trial };
  }

  /** Makes no check with the server's own Collector any more. Safe twice. */
  stop(): void {
    this.#options.local?.stop();
  }

  /** Whom a configuration can be checked with: a few of the selector's agents, those first that are to run it and are healthy. */
  async agents(query: {
    readonly selector?: string | undefined;
    readonly name?: string | undefined;
    readonly limit: number;
  }): Promise<ConfigTrialAgents> {
    const selector = query.selector === undefined ? undefined : requireSelector(query.selector);
    const found = await this.#matching(selector);
    const { local } = this.#options;
    const items = found.map((record) => ({
      instanceUid: record.uid,
      displayName: displayNameOf(record),
      program: programOf(record),
      hostName: hostNameOf(record),
      transport: record.connection.transport,
      isHealthy: record.health.state === 'healthy',
      runsConfig: record.desired?.configs.some(({ name }) => name === query.name) ?? false,
    }));
    const rank = (item: (typeof items)[number]) => (item.runsConfig ? 2 : 0) + (item.isHealthy ? 1 : 0);
    items.sort((a, b) => rank(b) - rank(a) || (a.displayName < b.displayName ? -1 : 1));
    return { local: local ? { program: local.program } : null, items: items.slice(0, query.limit) };
  }

  async #matching(selector: Selector | undefined): Promise<AgentRecord[]> {
    const { askable, agents } = this.#options;
    const found: AgentRecord[] = [];
    let looked = 0;
    for (const uid of askable.announcing) {
      const record = agents.record(uid);
      const isAskable = record?.enrolment.state === 'approved';
      if (isAskable && (selector === undefined || matchesSelector(selector, record))) found.push(record);
      if (found.length >= MAX_LOOKED_AT) break;
      if (++looked % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return found;
  }

  #trial(
    input: ConfigTrialInput,
    using: ConfigTrialWith,
    isReadable: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Trial> {
    const content = contentOf(input);
    switch (using.kind) {
      case 'agent':
        return this.#withAgent(content, input.name, using.instanceUid as InstanceUid, isReadable, signal);
      case 'local':
        return this.#withLocal(content, input, isReadable);
    }
  }

  async #withAgent(
    content: ConfigContent,
    name: string | undefined,
    uid: InstanceUid,
    isReadable: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Trial> {
    const { agents, secrets, askable } = this.#options;
    const record = agents.record(uid);
    if (record === undefined) throw new DomainError('agent_not_found', `there is no agent ${uid}`);
    const revisions = await this.#stackWith(record, name, content);
    const trial: Asked = {
      kind: 'agent',
      instanceUid: uid,
      program: programOf(record),
      stack: revisions.map(({ name, number }) => ({ name, revision: number === DRAFT ? null : number })),
    };
    if (!isReadable) return notAsked(trial, 'the text cannot be read', []);
    const stack = new StackContent(revisions, secrets);
    const rendering = stack.render(record);
    const files = rendering.kind === 'content' ? rendering.desired.files() : undefined;
    if (files === undefined) {
      const reason = rendering.kind === 'none' ? rendering.reason : 'a secret is gone';
      return notAsked(trial, reason, [
        finding('variables', 'error', { message: `${displayNameOf(record)} cannot take it: ${reason}` }),
      ]);
    }
    const verdict = await askable.ask(uid, files, signal);
    return concluded(trial, masked(verdict, secretMask(stack.secretTexts())), content);
  }

  async #withLocal(
    content: ConfigContent,
    { isFragment = false, name = UNNAMED }: ConfigTrialInput,
    isReadable: boolean,
  ): Promise<Trial> {
    const { local } = this.#options;
    if (local === undefined) {
      throw new DomainError(
        'local_collector_missing',
        'the server has no Collector of its own: set configs.collector to the path of one, or name an agent',
      );
    }
    const trial: Asked = {
      kind: 'local',
      instanceUid: null,
      program: local.program,
      stack: [{ name, revision: null }],
    };
    if (!isReadable) return notAsked(trial, 'the text cannot be read', []);
    const prepared = localTrial(content, isFragment, (path) => local.isThere(path));
    switch (prepared.kind) {
      case 'not_checked':
        return notAsked(
          trial,
          prepared.reason,
          prepared.remarks.map((remark) => finding('collector', 'warning', remark)),
        );
      case 'text': {
        const { findings, ...rest } = concluded(trial, await local.validate(prepared.text), content);
        const notes = prepared.notes.map((remark) => finding('collector', 'info', remark));
        return { ...rest, findings: [...findings, ...notes] };
      }
    }
  }

  #record(trial: ConfigTrial, findings: readonly Finding[], name: string | undefined, author: string): void {
    const { verdict, instanceUid } = trial;
    const what = name === undefined ? 'A configuration without a name' : `A text for ${name}`;
    const detail = `${what}, tried by ${author}: ${verdictText(trial, findings)}`;
    const data = { verdict, author, ...(name === undefined ? {} : { config: name }) };
    this.#options.agents.recordEvent(instanceUid as InstanceUid, 'config_tried', detail, data);
  }

  /** What the agent is to run, with this content in the place of the named configuration; the content alone where that is none of it. */
  async #stackWith(
    { desired }: AgentRecord,
    name: string | undefined,
    content: ConfigContent,
  ): Promise<readonly Revision[]> {
    const draft = draftOf(name ?? UNNAMED, content);
    const refs = desired?.configs ?? [];
    if (!refs.some((ref) => ref.name === name)) return [draft];
    return Promise.all(
      refs.map((ref) =>
        ref.name === name ? draft : this.#options.configs.requireRevision(ref.name, ref.revision),
      ),
    );
  }
}
