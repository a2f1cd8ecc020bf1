import {
  CREDENTIAL_SORT_FIELDS,
  type CredentialListQuery,
  type Credential as CredentialView,
  type Page,
} from '@drover/api';
import { displayNameOf, type InstanceUid } from '../agents/agent.ts';
import { decodeCursor, encodeCursor, parseSort, timeText } from '../lib/page.ts';
import type { Credential } from './credential.ts';
import type { CredentialAgents } from './credential-agents.ts';
import type { CredentialStore } from './credential-store.ts';
import type { CredentialWriter } from './credential-writer.ts';

export interface CredentialListingOptions {
  readonly agents: Pick<CredentialAgents, 'record'>;
  readonly store: CredentialStore;
  readonly writer: CredentialWriter;
}

/** Credentials as operators see them. */
export class CredentialListing {
  readonly #options: CredentialListingOptions;

  constructor(options: CredentialListingOptions) {
    this.#options = options;
  }

  async page(query: CredentialListQuery, uid?: InstanceUid): Promise<Page<CredentialView>> {
    const { limit, cursor, sort, state } = query;
    const { field, descending } = parseSort(sort, CREDENTIAL_SORT_FIELDS, {
      field: uid === undefined ? 'lastUsedAt' : 'createdAt',
      descending: true,
    });
    const [key, id] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = key === undefined || id === undefined ? undefined : { key: Number(key), id: String(id) };
    await this.#options.writer.flush();
    const { items: found, total } = await this.#options.store.list({
      uid,
      state,
      order: field,
      descending,
      limit: limit + 1,
      after,
    });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const lastKey = field === 'createdAt' ? last?.createdAtMs : last?.lastUsedAtMs;
    const nextCursor =
      found.length > limit && last !== undefined ? encodeCursor([lastKey ?? 0, last.id]) : null;
    return { items: items.map((each) => this.view(each)), nextCursor, total };
  }

  view(credential: Credential): CredentialView {
    const time = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
    const { id, uid, kind, state, createdBy, errorMessage } = credential;
    const agent = this.#options.agents.record(uid);
    return {
      id,
      instanceUid: uid,
      kind,
      state,
      createdAt: timeText(credential.createdAtMs),
      createdBy,
      confirmedAt: time(credential.confirmedAtMs),
      lastUsedAt: time(credential.lastUsedAtMs),
      expiresAt: time(credential.expiresAtMs),
      errorMessage,
      agent:
        agent === undefined ? null : { displayName: displayNameOf(agent), state: agent.connection.state },
    };
  }
}
