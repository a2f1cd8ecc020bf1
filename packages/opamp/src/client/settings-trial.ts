import { AGENT_CAPABILITIES } from '../wire/capabilities.ts';
import type { OpampClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import type { AcceptedSettings } from './client-state.ts';
import { type ConnectionTarget, callerTls, isPollingUrl, targetOf } from './connection-target.ts';
import type { LinkSwitch } from './link-switch.ts';
import type { RememberedState } from './remembered-state.ts';
import type { MergeContext } from './settings-merge.ts';

const DEFAULT_TRIAL_MS = 30_000;

/** Uses settings on the client's link: on trial, for good, or the interval alone. */
export class SettingsTrial {
  readonly #options: OpampClientOptions;
  readonly #session: ClientSession;
  readonly #state: RememberedState;
  readonly #link: () => LinkSwitch<ConnectionTarget>;
  /** The interval of the options. */
  readonly #ownHeartbeatMs: number;

  constructor(
    options: OpampClientOptions,
    session: ClientSession,
    state: RememberedState,
    link: () => LinkSwitch<ConnectionTarget>,
  ) {
    this.#options = options;
    this.#session = session;
    this.#state = state;
    this.#link = link;
    this.#ownHeartbeatMs = session.heartbeatMs;
    session.heartbeatMs = state.settings.heartbeatIntervalMs ?? session.heartbeatMs;
  }

  get ownSettings(): AcceptedSettings {
    return { heartbeatIntervalMs: this.#ownHeartbeatMs };
  }

  mergeContext(): MergeContext {
    const options = this.#options;
    const { requestedKey, settings } = this.#state;
    const tls = callerTls(options);
    const mayBeInsecure = options.acceptsInsecureSettings === true;
    return {
      url: settings.url ?? options.url,
      key: requestedKey ?? settings.certificate?.key ?? tls?.key,
      mayBeInsecure,
      mayBeUnverified: mayBeInsecure || tls?.insecureSkipVerify === true,
    };
  }

  /** What accepted settings change of the way to the server, in the terms of `SettingsFallback`. */
  offered(): 'none' | 'same_server' | 'other_server' {
    const { heartbeatIntervalMs: _interval, ...settings } = this.#state.settings;
    if (Object.keys(settings).length === 0) return 'none';
    const isSameUrl = settings.url === undefined || settings.url === this.#options.url;
    return isSameUrl && settings.proxy === undefined ? 'same_server' : 'other_server';
  }

  /** Resolves with the settings in use, or rejects with the ones before them in use again, the interval included. */
  async tryConnection(settings: AcceptedSettings): Promise<void> {
    const session = this.#session;
    const { heartbeatMs, isPolling } = session;
    const target = targetOf(this.#options, settings);
    await this.#link().tryTarget(target, this.#options.settingsTrialMs ?? DEFAULT_TRIAL_MS, {
      before: () => {
        session.serverChanged(isPollingUrl(target.url));
        if (settings.heartbeatIntervalMs !== undefined) this.#takeHeartbeat(settings.heartbeatIntervalMs);
      },
      back: () => {
        session.serverChanged(isPolling);
        session.heartbeatMs = heartbeatMs;
      },
    });
  }

  useHeartbeat(intervalMs: number): void {
    if (this.#takeHeartbeat(intervalMs)) this.#link().transport.heartbeatChanged();
  }

  #takeHeartbeat(intervalMs: number): boolean {
    const session = this.#session;
    if (!session.can(AGENT_CAPABILITIES.ReportsHeartbeat) || intervalMs === session.heartbeatMs) return false;
    session.heartbeatMs = intervalMs;
    return true;
  }
}
