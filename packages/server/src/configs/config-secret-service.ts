import type { Page, SecretUse, Secret as SecretView } from '@drover/api';
import { named } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import { seal, unseal } from '../lib/seal.ts';
import { type ConfigSecret, sealContext } from './config-secret.ts';
import type { ConfigSecretStore } from './config-secret-store.ts';

export interface ConfigSecretServiceOptions {
  readonly store: ConfigSecretStore;
  readonly clock: Clock;
  readonly log: Log;
  /** 32 bytes that are kept outside the database. */
  readonly key: Uint8Array;
  /** By name of the secret, what cannot do without it: shown with it, and named where its removal is refused. */
  readonly uses: () => ReadonlyMap<string, SecretUse>;
}

/** Secrets are held in memory, all of them. */
const MAX_SECRETS = 1000;

/** Values that configurations name and nobody reads back. Construct, `await start()`. */
export class ConfigSecretService {
  /** Names of secrets that have another value now, or none. */
  readonly changes = new Listeners<string>();
  readonly #options: ConfigSecretServiceOptions;
  readonly #secrets = new Map<string, ConfigSecret>();

  constructor(options: ConfigSecretServiceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, log } = this.#options;
    for (const secret of await store.load()) this.#secrets.set(secret.name, secret);
    const closed = [...this.#secrets.values()].filter((secret) => this.#open(secret) === undefined);
    if (closed.length > 0) {
      log.error(
        { secrets: closed.map(({ name }) => name) },
        "secrets cannot be opened with this server's key: configurations that name them are not offered; set them again or bring the key back (secrets.keyFile)",
      );
    }
  }

  /** The value, with a version that stands for it; undefined where there is none, or none that can be opened. */
  value(name: string): { readonly text: string; readonly version: number } | undefined {
    const secret = this.#secrets.get(name);
    const text = secret && this.#open(secret);
    return secret === undefined || text === undefined ? undefined : { text, version: secret.version };
  }

  /** On disk when it resolves. The same value again changes nothing. */
  async put(name: string, value: string, author: string): Promise<{ secret: SecretView; isNew: boolean }> {
    const { store, clock, key, log } = this.#options;
    const before = this.#secrets.get(name);
    if (before !== undefined && this.#open(before) === value) {
      return { secret: this.#view(before), isNew: false };
    }
    if (before === undefined && this.#secrets.size >= MAX_SECRETS) {
      throw new DomainError(
        'invalid_request',
        `secret "${name}" was not written: there are ${MAX_SECRETS} already, which is the limit; delete some first`,
      );
    }
    const version = (before?.version ?? (await store.lastVersion(name))) + 1;
    const nowMs = clock.now();
    const secret: ConfigSecret = {
      name,
      version,
      sealed: seal(key, value, sealContext({ name, version })),
      createdAtMs: before?.createdAtMs ?? nowMs,
      updatedAtMs: nowMs,
      author,
    };
    const isWritten = await store.put(secret, (done) =>
      done
        ? { author, kind: 'secret.set', subject: named('secret', name), detail: `version ${version}` }
        : undefined,
    );
    if (!isWritten) {
      throw new DomainError(
        'secret_conflict',
        `secret "${name}" was not written: somebody else wrote it at the same moment; try again`,
      );
    }
    this.#secrets.set(name, secret);
    log.info({ secret: name, version, author }, 'secret set');
    this.changes.emit(name);
    return { secret: this.#view(secret), isNew: before === undefined };
  }

  /** By name, without values. */
  list({ limit, cursor }: PageRequest): Page<SecretView> {
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const behind = [...this.#secrets.values()]
      .filter(({ name }) => after === undefined || name > String(after))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const items = behind.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = behind.length > limit && last !== undefined ? encodeCursor([last.name]) : null;
    const uses = this.#options.uses();
    return { items: items.map((secret) => this.#view(secret, uses)), nextCursor, total: this.#secrets.size };
  }

  /** On disk when it resolves. Throws `secret_not_found`, `secret_in_use`. */
  async remove(name: string, author: string): Promise<void> {
    const { store, uses, log } = this.#options;
    if (!this.#secrets.has(name)) throw new DomainError('secret_not_found', `there is no secret "${name}"`);
    const users = uses().get(name)?.configs ?? [];
    if (users.length > 0) {
      throw new DomainError(
        'secret_in_use',
        `secret "${name}" was not removed: ${users.slice(0, 5).join(', ')}, which agents are to run, ${users.length === 1 ? 'names' : 'name'} it; roll out something else first`,
        { facts: { configs: users } },
      );
    }
    await store.remove(name, (done) =>
      done ? { author, kind: 'secret.deleted', subject: named('secret', name), detail: '' } : undefined,
    );
    this.#secrets.delete(name);
    log.info({ secret: name, author }, 'secret removed');
    this.changes.emit(name);
  }

  #open(secret: ConfigSecret): string | undefined {
    return unseal(this.#options.key, secret.sealed, sealContext(secret));
  }

  #view(secret: ConfigSecret, uses = this.#options.uses()): SecretView {
    const { name, version, createdAtMs, updatedAtMs, author } = secret;
    const isReadable = this.#open(secret) !== undefined;
    return {
      name,
      version,
      createdAt: timeText(createdAtMs),
      updatedAt: timeText(updatedAtMs),
      author,
      isReadable,
      usedBy: uses.get(name) ?? { configs: [], agents: 0 },
    };
  }
}
