import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { ProxyOptions } from './proxy-options.ts';

/** OpAMP connection settings that a server offered; what is absent is as the client's options say. Plain JSON. */
export interface AcceptedSettings {
  /** The endpoint. */
  readonly url?: string;
  /** Over the caller's headers of the same names; may hold credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The client certificate; null = use none. */
  readonly certificate?: {
    /** PEM. */
    readonly cert: string;
    /** PEM. */
    readonly key: string;
  } | null;
  /** As in `ClientTlsOptions`. */
  readonly tls?: {
    /** PEM. */
    readonly ca?: string;
    /** The system's authorities are trusted beside `ca`. */
    readonly includeSystemCa?: boolean;
    /** The server's certificate is not verified. */
    readonly insecureSkipVerify?: boolean;
    /** Lowest version. */
    readonly minVersion?: '1.2' | '1.3';
    /** Highest version. */
    readonly maxVersion?: '1.2' | '1.3';
    /** IANA names. */
    readonly ciphers?: readonly string[];
  };
  /** The proxy in front of the endpoint. */
  readonly proxy?: ProxyOptions;
  /** Milliseconds; 0 = no heartbeats. */
  readonly heartbeatIntervalMs?: number;
}

/** What the client has to remember over a restart. Plain JSON; holds credentials. */
export interface ClientState {
  /** The URL of the options under which `settings` were accepted: with another one they are forgotten. */
  readonly configuredUrl: string;
  /** UUID text. */
  readonly instanceUid?: string;
  /** Settings that were offered, tried and are in use. */
  readonly settings?: AcceptedSettings;
  /** Settings that were being tried when the process ended; they are tried again. */
  readonly candidate?: AcceptedSettings;
  /** What became of the offer that came last. */
  readonly settingsStatus?: {
    /** Of the offer, in hex. */
    readonly hash: string;
    /** How far it is. */
    readonly status: 'applying' | 'applied' | 'failed';
    /** Why it failed, else empty. */
    readonly errorMessage: string;
  };
  /** PEM; the key of a certificate request that is not answered yet. */
  readonly requestedKey?: string;
}

/** Where the client's state outlives the process. Both calls are synchronous, rare and small; what `save` throws is reported as `state_failed`. */
export interface ClientStateStore {
  /** False where a restart loses it: certificates are then refused, as their key would be lost (specification: Connection Settings, Trust On First Use). */
  readonly isDurable: boolean;
  /** Undefined where nothing is stored. Throws where something is stored that cannot be read, and with it `createOpampClient`. */
  load(): ClientState | undefined;
  /** On disk when it returns. */
  save(state: ClientState): void;
}

/** Keeps the state for as long as the process lives: offered certificates are refused. */
export function memoryStateStore(): ClientStateStore {
  let state: ClientState | undefined;
  return {
    isDurable: false,
    load: () => state,
    save: (next) => {
      state = next;
    },
  };
}

/**
 * Keeps the state in one file that only its owner may read (mode 0600, in a folder of mode 0700 that it makes). Written whole, by renaming:
 * after a power cut the file is the one before or the one after. `load` throws an Error that names the file where it is no state.
 */
export function fileStateStore(path: string): ClientStateStore {
  return {
    isDurable: true,
    load: () => readState(path),
    save: (state) => writeWhole(path, `${JSON.stringify(state, null, 2)}\n`),
  };
}

function readState(path: string): ClientState | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state !== 'object' || state === null || !('configuredUrl' in state))
      throw new Error('not a state');
    return state as ClientState;
  } catch (cause) {
    throw new Error(`the client's state in ${path} cannot be read; remove the file to begin anew`, { cause });
  }
}

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Else a power cut may take the new name with it. */
function syncFolder(path: string): void {
  let folder: number | undefined;
  try {
    folder = openSync(path, 'r');
    fsyncSync(folder);
  } catch {
    // Windows and some file systems have no such thing: the rename is then as durable as it gets.
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}
