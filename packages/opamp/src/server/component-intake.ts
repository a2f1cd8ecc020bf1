import type { ComponentRequests } from './component-requests.ts';
import type { HostCalls } from './host-calls.ts';
import type { Changes } from './intake.ts';
import { FIELD_COMPONENTS } from './parts.ts';
import type { Problems } from './problems.ts';
import type { AgentMessageScanner } from './scan.ts';
import type { Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/** An agent may hand over sets no faster than this, whether it was asked for them or not. */
const TAKE_EVERY_MS = 5_000;
/** A set that is over the limit is not asked for again sooner. */
const REFUSED_MS = 3_600_000;

/** Hands whole sets of components to the host, each hash once. */
export class ComponentIntake {
  readonly #settings: ServerSettings;
  readonly #host: HostCalls;
  readonly #requests: ComponentRequests;
  readonly #problems: Problems;

  constructor(settings: ServerSettings, host: HostCalls, requests: ComponentRequests, problems: Problems) {
    this.#settings = settings;
    this.#host = host;
    this.#requests = requests;
    this.#problems = problems;
  }

  take(
    session: Session,
    message: AgentMessageScanner,
    { hash }: NonNullable<Changes['components']>,
    nowMs: number,
  ): void {
    if (this.#host.hasComponents(hash)) {
      this.#requests.settled(hash);
      return;
    }
    const encoding = message.slice(FIELD_COMPONENTS);
    const { maxComponentSetBytes } = this.#settings;
    if (encoding.length > maxComponentSetBytes) {
      const detail = `a set of available components has ${encoding.length} bytes, the limit is ${maxComponentSetBytes}`;
      this.#problems.report('components_refused', detail, session);
      this.#requests.refused(session, hash, nowMs + REFUSED_MS);
      return;
    }
    if (nowMs - session.componentsTakenAtMs < TAKE_EVERY_MS) {
      const detail = `a second set of available components came within ${TAKE_EVERY_MS} ms`;
      this.#problems.report('components_refused', detail, session);
      return;
    }
    session.componentsTakenAtMs = nowMs;
    this.#host.components(hash, new Uint8Array(encoding));
    this.#requests.settled(hash);
  }
}
