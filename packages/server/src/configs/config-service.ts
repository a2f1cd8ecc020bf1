import type {
  Config,
  ConfigDetail,
  ConfigPut,
  ConfigPutResult,
  ConfigValidate,
  ConfigValidateResult,
  Finding,
  Page,
  RevisionSummary,
  Revision as RevisionView,
} from '@drover/api';
import { parseCollectorConfig } from '@drover/collector-config';
import type { AgentService } from '../agents/agent-service.ts';
import { type Act, named } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import { decodeCursor, encodeCursor, type PageRequest, parseSort, timeText } from '../lib/page.ts';
import type { FieldCheckService } from '../schemas/field-check-service.ts';
import type { NamedConfig, Revision, RevisionInfo } from './config.ts';
import { checkContent, refuseUnreadable } from './config-check.ts';
import { contentOf, refuseTooLarge } from './config-content.ts';
import type { ConfigStore, PutOutcome } from './config-store.ts';

export interface ConfigServiceOptions {
  readonly store: ConfigStore;
  readonly agents: AgentService;
  readonly clock: Clock;
  /** Without it, settings are not held against schemas. */
  readonly fields?: FieldCheckService;
  /** Of one configuration, in bytes of UTF-8; 1 MiB. */
  readonly maxBodyBytes?: number;
}

export interface PutOptions {
  readonly author: string;
  /** Hash of the revision that was edited, without quotes; the write is refused where another is newest. */
  readonly ifMatch?: string | undefined;
}

/** Named configurations and their immutable revisions. Needs the agents for what is in use. */
export class ConfigService {
  /** Names of configurations that were written or removed. */
  readonly changes = new Listeners<string>();
  /** Names whose draft ended, because a revision that says the same was saved. */
  readonly draftEnds = new Listeners<string>();
  readonly #options: ConfigServiceOptions;

  constructor(options: ConfigServiceOptions) {
    this.#options = options;
  }

  /** On disk when it resolves. `isNew`: the name was not there before. */
  async put(
    name: string,
    input: ConfigPut,
    { author, ifMatch }: PutOptions,
  ): Promise<{ readonly result: ConfigPutResult; readonly isNew: boolean }> {
    const content = contentOf(input);
    refuseTooLarge(content.body, this.#options.maxBodyBytes);
    refuseUnreadable(content);
    const write = {
      description: input.description,
      content,
      author,
      message: input.message ?? '',
      nowMs: this.#options.clock.now(),
    };
    const outcome = await this.#options.store.put({ name, write, ifMatch }, (done) =>
      writtenAct(done, author),
    );
    if (outcome.kind === 'conflict') {
      const newest =
        outcome.latest === undefined
          ? 'there is no such configuration'
          : `revision ${outcome.latest.number} by ${outcome.latest.author} is newest by now`;
      throw new DomainError(
        'revision_conflict',
        `configuration "${name}" was not written: ${newest}; read it again and repeat the edit`,
        { facts: { latest: outcome.latest?.hash } },
      );
    }
    this.changes.emit(name);
    if (outcome.hasEndedDraft) this.draftEnds.emit(name);
    const result = { name, revision: summaryOf(outcome.config.latest), created: outcome.hasNewRevision };
    return { result, isNew: outcome.isNew };
  }

  /** With the body of the newest revision. Throws `config_not_found`. */
  async get(name: string): Promise<ConfigDetail> {
    const config = await this.#require(name);
    const { body } = await this.requireRevision(name, config.latest.number);
    return { ...this.#view(config), body };
  }

  async list({ limit, cursor, sort }: PageRequest): Promise<Page<Config>> {
    const { descending } = parseSort(sort, ['name'], { field: 'name', descending: false });
    const [afterName] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { store } = this.#options;
    const after = afterName === undefined ? undefined : String(afterName);
    const [found, total] = await Promise.all([store.list(limit + 1, after, descending), store.count()]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor([last.name]) : null;
    return { items: items.map((config) => this.#view(config)), nextCursor, total };
  }

  /** Newest first. Throws `config_not_found`. */
  async revisions(name: string, { limit, cursor }: PageRequest): Promise<Page<RevisionSummary>> {
    await this.#require(name);
    const [before] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { store } = this.#options;
    const [found, total] = await Promise.all([
      store.revisions(name, limit + 1, before === undefined ? undefined : Number(before)),
      store.countRevisions(name),
    ]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor([last.number]) : null;
    return { items: items.map(summaryOf), nextCursor, total };
  }

  /** Throws `config_not_found` or `revision_not_found`. */
  async revision(name: string, number: number): Promise<RevisionView> {
    const revision = await this.requireRevision(name, number);
    return { ...summaryOf(revision), name, body: revision.body };
  }

  /** Throws `config_not_found`, or `config_in_use` while agents or rollouts have it. On disk when it resolves. */
  async remove(name: string, author: string): Promise<void> {
    const { assigned } = this.#options.agents.countUse(name);
    if (assigned > 0) {
      throw new DomainError(
        'config_in_use',
        `configuration "${name}" was not removed: ${assigned} agents are to run it; give them another first`,
        { facts: { agents: assigned } },
      );
    }
    const outcome = await this.#options.store.remove(name, ({ kind }) =>
      kind === 'removed'
        ? { author, kind: 'config.deleted', subject: named('config', name), detail: '' }
        : undefined,
    );
    switch (outcome.kind) {
      case 'removed':
        this.changes.emit(name);
        return;
      case 'unknown':
        throw notFound(name);
      case 'in_use':
        throw new DomainError(
          'config_in_use',
          `configuration "${name}" was not removed: it is the target of ${outcome.rolloutIds.join(', ')}; abort that first`,
          { facts: { rollouts: outcome.rolloutIds } },
        );
    }
  }

  /** Findings in a draft; with a selector, also against the components that those agents report and the schemas of their versions. */
  async validate(input: ConfigValidate): Promise<ConfigValidateResult> {
    const content = contentOf(input);
    refuseTooLarge(content.body, this.#options.maxBodyBytes);
    const components =
      input.selector === undefined
        ? []
        : await this.#options.agents.componentsOf({ selector: input.selector });
    const { fields } = this.#options;
    if (content.format !== 'collector' || fields === undefined)
      return resultOf(checkContent(content, components, input.isFragment));
    // A large text takes seconds to read: once is enough.
    const parsed = parseCollectorConfig(content.body);
    const found = checkContent(content, components, input.isFragment, parsed);
    const { findings, checkedBy } = await fields.check(parsed, input.selector);
    const problems = [...found, ...findings].sort((a, b) => a.line - b.line || a.column - b.column);
    return { ...resultOf(problems), schemas: [...checkedBy] };
  }

  /** The newest revision of the name, or the numbered one. Throws `config_not_found` or `revision_not_found`. */
  async requireRevision(name: string, number: number | undefined): Promise<Revision> {
    const config = await this.#require(name);
    const revision = await this.#options.store.revision(name, number ?? config.latest.number);
    if (revision === undefined) {
      throw new DomainError(
        'revision_not_found',
        `configuration "${name}" has no revision ${number}; the newest is ${config.latest.number}`,
      );
    }
    return revision;
  }

  async #require(name: string): Promise<NamedConfig> {
    const config = await this.#options.store.get(name);
    if (config === undefined) throw notFound(name);
    return config;
  }

  #view({ name, description, createdAtMs, latest }: NamedConfig): Config {
    const { agents } = this.#options;
    const byRevision = [...agents.countRevisions(name)]
      .map(([number, count]) => ({ revision: number, agents: count }))
      .sort((a, b) => b.revision - a.revision);
    const use = { ...agents.countUse(name), byRevision };
    return { name, description, createdAt: timeText(createdAtMs), revision: summaryOf(latest), use };
  }
}

/** Undefined where everything was there already. */
function writtenAct(outcome: PutOutcome, author: string): Act | undefined {
  if (outcome.kind === 'conflict') return undefined;
  const { config, isNew, hasNewRevision, hasNewDescription } = outcome;
  const { number, message } = config.latest;
  const subject = named('config', config.name);
  if (hasNewRevision) {
    const what = `revision ${number}${isNew ? ', the first' : ''}`;
    const detail = message === '' ? what : `${what}: ${message}`;
    return { author, kind: 'config.written', subject, detail, data: { revision: number } };
  }
  return hasNewDescription
    ? { author, kind: 'config.described', subject, detail: config.description }
    : undefined;
}

function resultOf(problems: Finding[]): ConfigValidateResult {
  return { valid: problems.every(({ severity }) => severity !== 'error'), problems };
}

function summaryOf(revision: RevisionInfo): RevisionSummary {
  const { number, hash, createdAtMs, author, message, contentType, format, role, bytes } = revision;
  return {
    number,
    hash,
    createdAt: timeText(createdAtMs),
    author,
    message,
    contentType,
    format,
    role,
    bytes,
  };
}

function notFound(name: string): DomainError {
  return new DomainError('config_not_found', `there is no configuration "${name}"`);
}
