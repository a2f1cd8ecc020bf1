import { join } from 'node:path';
import type { ClientState, ClientStateStore } from '@drover/opamp/client';
import type { Secrets } from '../secrets.ts';
import { durableFile } from './durable-file.ts';

interface StoredConnection {
  /** Of the settings file under which the rest was accepted. */
  readonly fingerprint: string;
  readonly state: ClientState;
}

/**
 * What the server offered and the agent accepted, over restarts, in a file of its own that holds secrets. Where the settings file says something
 * else of the server than it did then, it counts: what was accepted is forgotten. Credentials that pass by are added to `secrets`.
 */
export function connectionStore(folder: string, fingerprint: string, secrets: Secrets): ClientStateStore {
  const file = durableFile(join(folder, 'connection.json'), fromJson);
  const noted = (state: ClientState) => {
    for (const settings of [state.settings, state.candidate]) secrets.addHeaders(settings?.headers ?? {});
    return state;
  };
  return {
    isDurable: true,
    load() {
      const stored = file.read();
      if (stored === undefined) return undefined;
      if (stored.fingerprint === fingerprint) return noted(stored.state);
      const { configuredUrl, instanceUid } = stored.state;
      return { configuredUrl, ...(instanceUid === undefined ? {} : { instanceUid }) };
    },
    save: (state) => file.write({ fingerprint, state: noted(state) }),
  };
}

function fromJson(json: unknown): StoredConnection | undefined {
  const stored = json as StoredConnection;
  return typeof stored.fingerprint === 'string' && typeof stored.state?.configuredUrl === 'string'
    ? stored
    : undefined;
}
