import { OpampError } from '../errors.ts';

/** How Node.js names what TLS refuses. */
const TLS_ERROR = /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/;

export interface SettingsFallbackOptions {
  /** 0 = never. */
  readonly afterMs: number;
  readonly now: () => number;
  /** Whether settings that a server offered are in use, and lead elsewhere than the caller's own. */
  readonly offered: () => 'none' | 'same_server' | 'other_server';
  readonly fallBack: (lastError: Error) => void;
}

/** Notices that accepted settings have not led to a server for so long that the caller's own should be tried. */
export class SettingsFallback {
  readonly #options: SettingsFallbackOptions;
  #sinceMs: number | undefined = undefined;

  constructor(options: SettingsFallbackOptions) {
    this.#options = options;
  }

  connected(): void {
    this.#sinceMs = undefined;
  }

  /** An attempt failed. The time runs from the first one on, and anew after each fall back. */
  failed(error: Error): void {
    const { afterMs, now, offered, fallBack } = this.#options;
    if (afterMs === 0) return;
    const nowMs = now();
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < afterMs) return;
    const kind = offered();
    if (kind === 'none' || !mayBeTheSettings(error, kind === 'same_server')) return;
    this.#sinceMs = nowMs;
    fallBack(error);
  }
}

/** False where other settings would fail in the same way: a host that is away is away whatever the credentials. */
function mayBeTheSettings(error: Error, isSameServer: boolean): boolean {
  if (error instanceof OpampError) return error.code !== 'throttled';
  return !isSameServer || ('code' in error && TLS_ERROR.test(String(error.code)));
}
