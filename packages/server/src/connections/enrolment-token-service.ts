import type {
  EnrolmentTokenCreate,
  EnrolmentTokenCreated,
  EnrolmentToken as EnrolmentTokenView,
  Page,
} from '@drover/api';
import type { Act } from '../audit/audit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, parseSort, timeText } from '../lib/page.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import {
  type EnrolmentToken,
  hashOfSecret,
  isExpired,
  looksLikeEnrolmentSecret,
  newEnrolmentSecret,
} from './enrolment-token.ts';
import type { EnrolmentTokenStore } from './enrolment-token-store.ts';

/** What the tokens ask of the fleet. */
export interface TokenAgents {
  countOfToken(id: string): { connected: number; known: number };
}

/** Nobody comes by this token any more. */
export interface TokenEnd {
  readonly token: EnrolmentToken;
  /** For timelines and logs: `was deleted by admin`. */
  readonly how: string;
}

export interface EnrolmentTokenServiceOptions {
  readonly agents: TokenAgents;
  readonly store: EnrolmentTokenStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const USES_DELAY_MS = 5000;
/** Tokens expire within this after their time. */
const EXPIRY_ROUND_MS = 1000;

/** Tokens by which agents enrol. Construct, `await start()`, and at the end `await stop()`. */
export class EnrolmentTokenService {
  /** Ids of tokens that were made or deleted. */
  readonly changes = new Listeners<string>();
  readonly #options: EnrolmentTokenServiceOptions;
  readonly #byId = new Map<string, EnrolmentToken>();
  readonly #idByHash = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #expired = new Set<string>();
  readonly #uses: WriteBehind;
  readonly #endHooks: ((end: TokenEnd) => Promise<void>)[] = [];
  #expiry: Timer | undefined;

  constructor(options: EnrolmentTokenServiceOptions) {
    this.#options = options;
    this.#uses = new WriteBehind({
      clock: options.clock,
      delayMs: USES_DELAY_MS,
      maxWaiting: 1000,
      retryMs: USES_DELAY_MS,
      write: () => this.#writeUses(),
      failed: (error) =>
        options.log.warn({ error: errorText(error) }, 'last use of tokens could not be written'),
    });
  }

  async start(): Promise<void> {
    const { store, clock } = this.#options;
    for (const token of await store.load()) {
      this.#keep(token);
      // Its connections ended with the process before this one.
      if (isExpired(token, clock.now())) this.#expired.add(token.id);
    }
    this.#expiry = clock.every(EXPIRY_ROUND_MS, () => this.#endExpired());
  }

  stop(): Promise<void> {
    this.#expiry?.cancel();
    return this.#uses.flush();
  }

  /** `hook` runs when a token lets nobody in any more: to end the connections that came by it. */
  onEnd(hook: (end: TokenEnd) => Promise<void>): void {
    this.#endHooks.push(hook);
  }

  /** The answer alone has the token in clear. On disk when it resolves. */
  async create(input: EnrolmentTokenCreate, author: string): Promise<EnrolmentTokenCreated> {
    const { store, clock, ids } = this.#options;
    const expiresAtMs = input.expiresAt === undefined ? null : Date.parse(input.expiresAt);
    if (expiresAtMs !== null && expiresAtMs <= clock.now()) {
      throw new DomainError(
        'invalid_request',
        `the token "${input.name}" would expire at once: ${input.expiresAt}`,
        {
          errors: [{ pointer: '/expiresAt', detail: 'a time in the future' }],
        },
      );
    }
    const secret = newEnrolmentSecret();
    const token: EnrolmentToken = {
      id: ids.next(),
      name: input.name,
      hash: hashOfSecret(secret),
      createdAtMs: clock.now(),
      createdBy: author,
      expiresAtMs,
      lastUsedAtMs: null,
      autoApprove: input.autoApprove ?? false,
    };
    const detail = expiresAtMs === null ? 'does not expire' : `expires ${timeText(expiresAtMs)}`;
    const made = actOn('enrolment_token.created', token, author, detail);
    if (!(await store.create(token, (done) => (done ? made : undefined)))) {
      throw new DomainError(
        'enrolment_token_exists',
        `there is an enrolment token "${input.name}" already; choose another name or delete that one`,
        { errors: [{ pointer: '/name', detail: 'taken' }] },
      );
    }
    this.#keep(token);
    this.#options.log.info({ token: token.id, name: token.name, author }, 'enrolment token made');
    this.changes.emit(token.id);
    return { ...this.#view(token), token: secret };
  }

  /** Oldest first. */
  list({ limit, cursor, sort }: PageRequest): Page<EnrolmentTokenView> {
    const { field, descending } = parseSort(sort, ['name', 'createdAt'], {
      field: 'createdAt',
      descending: false,
    });
    // Ids sort by the time of creation, and names are given once.
    const keyOf = (token: EnrolmentToken): string => (field === 'name' ? token.name : token.id);
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const all = [...this.#byId.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    if (descending) all.reverse();
    const isBehind = (key: string): boolean =>
      after === undefined || (descending ? key < String(after) : key > String(after));
    const behind = all.filter((token) => isBehind(keyOf(token)));
    const items = behind.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = behind.length > limit && last !== undefined ? encodeCursor([keyOf(last)]) : null;
    return { items: items.map((token) => this.#view(token)), nextCursor, total: all.length };
  }

  /** Throws `enrolment_token_not_found`. */
  get(id: string): EnrolmentTokenView {
    return this.#view(this.#require(id));
  }

  /** Agents that come with it from now on are refused, and connections that came by it have ended when it resolves. On disk by then. */
  async remove(id: string, author: string): Promise<void> {
    const token = this.#require(id);
    const act = actOn('enrolment_token.deleted', token, author);
    await this.#options.store.remove(id, (done) => (done ? act : undefined));
    this.#byId.delete(id);
    this.#idByHash.delete(token.hash);
    this.#used.delete(id);
    this.#expired.delete(id);
    this.#options.log.info({ token: id, name: token.name, author }, 'enrolment token deleted');
    this.changes.emit(id);
    await this.#end({ token, how: `was deleted by ${author}` });
  }

  /** Whether connections that came by this token may go on. */
  isValid(id: string): boolean {
    const token = this.#byId.get(id);
    return token !== undefined && !isExpired(token, this.#options.clock.now());
  }

  /** The token that this secret is; undefined where it is none, or has expired. */
  verify(secret: string): EnrolmentToken | undefined {
    if (!looksLikeEnrolmentSecret(secret)) return undefined;
    const id = this.#idByHash.get(hashOfSecret(secret));
    const token = id === undefined ? undefined : this.#byId.get(id);
    const nowMs = this.#options.clock.now();
    if (token === undefined || isExpired(token, nowMs)) return undefined;
    const used = { ...token, lastUsedAtMs: nowMs };
    this.#byId.set(token.id, used);
    if (!this.#used.has(token.id)) {
      this.#used.add(token.id);
      this.#uses.mark();
    }
    return used;
  }

  #endExpired(): void {
    const nowMs = this.#options.clock.now();
    for (const token of this.#byId.values()) {
      if (!isExpired(token, nowMs) || this.#expired.has(token.id)) continue;
      this.#expired.add(token.id);
      this.#options.log.info({ token: token.id, name: token.name }, 'enrolment token expired');
      this.changes.emit(token.id);
      void this.#end({ token, how: 'has expired' });
    }
  }

  async #end(end: TokenEnd): Promise<void> {
    for (const hook of this.#endHooks) {
      await hook(end).catch((error: unknown) =>
        this.#options.log.error(
          { error: errorText(error), token: end.token.id },
          'connections of a token not ended',
        ),
      );
    }
  }

  #view(token: EnrolmentToken): EnrolmentTokenView {
    return { ...viewOf(token), agents: this.#options.agents.countOfToken(token.id) };
  }

  #keep(token: EnrolmentToken): void {
    this.#byId.set(token.id, token);
    this.#idByHash.set(token.hash, token.id);
  }

  #require(id: string): EnrolmentToken {
    const token = this.#byId.get(id);
    if (token === undefined) {
      throw new DomainError('enrolment_token_not_found', `there is no enrolment token "${id}"`);
    }
    return token;
  }

  async #writeUses(): Promise<void> {
    const ids = [...this.#used];
    this.#used.clear();
    const uses = ids.flatMap((id) => {
      const lastUsedAtMs = this.#byId.get(id)?.lastUsedAtMs;
      return lastUsedAtMs === null || lastUsedAtMs === undefined ? [] : [{ id, lastUsedAtMs }];
    });
    try {
      await this.#options.store.used(uses);
    } catch (error) {
      for (const id of ids) this.#used.add(id);
      throw error;
    }
  }
}

function actOn(kind: Act['kind'], { id, name }: EnrolmentToken, author: string, detail = ''): Act {
  return { author, kind, subject: { kind: 'enrolment_token', id, name }, detail };
}

function viewOf({
  id,
  name,
  createdAtMs,
  createdBy,
  expiresAtMs,
  lastUsedAtMs,
  autoApprove,
}: EnrolmentToken): Omit<EnrolmentTokenView, 'agents'> {
  return {
    id,
    name,
    createdAt: timeText(createdAtMs),
    createdBy,
    expiresAt: expiresAtMs === null ? null : timeText(expiresAtMs),
    lastUsedAt: lastUsedAtMs === null ? null : timeText(lastUsedAtMs),
    autoApprove,
  };
}
