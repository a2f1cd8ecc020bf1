import type { CustomMessage } from '../gen/opamp/v1/opamp_pb.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';
import type { Problems } from './problems.ts';
import type {
  AgentSession,
  Claim,
  ClaimRefusal,
  Offers,
  OpampServerHost,
  Overload,
  PartName,
  RequestRefusal,
  StoredSession,
} from './server-options.ts';

export type DisconnectReason = Parameters<NonNullable<OpampServerHost['disconnected']>>[1];

/** The host's callbacks, which may not harm the engine: one that throws is reported and counts as having said nothing. */
export class HostCalls {
  readonly #host: OpampServerHost;
  readonly #problems: Problems;

  constructor(host: OpampServerHost, problems: Problems) {
    this.#host = host;
    this.#problems = problems;
  }

  /** A host that throws refuses: who may speak must not depend on a fault. */
  admit(claim: Claim): ClaimRefusal | undefined {
    try {
      return this.#host.admit?.(claim);
    } catch (error) {
      this.#failed('admit', error, claim.remoteAddress, claim.instanceUid);
      return { kind: 'full', message: 'the server could not tell whether this agent may speak' };
    }
  }

  restore(uid: InstanceUid): StoredSession | undefined {
    try {
      return this.#host.restore?.(uid);
    } catch (error) {
      this.#failed('restore', error, '', uid);
      return undefined;
    }
  }

  connected(session: AgentSession): void {
    try {
      this.#host.connected?.(session);
    } catch (error) {
      this.#failed('connected', error, session.remoteAddress, session.instanceUid);
    }
  }

  reported(session: AgentSession, changed: ReadonlySet<PartName>): void {
    try {
      this.#host.reported?.(session, changed);
    } catch (error) {
      this.#failed('reported', error, session.remoteAddress, session.instanceUid);
    }
  }

  /** Whole sets of components have somebody to go to. */
  get takesComponents(): boolean {
    return this.#host.components !== undefined;
  }

  hasComponents(hash: Uint8Array): boolean {
    try {
      return this.#host.hasComponents?.(hash) ?? false;
    } catch (error) {
      this.#failed('hasComponents', error, '');
      return false;
    }
  }

  components(hash: Uint8Array, availableComponents: Uint8Array): void {
    try {
      this.#host.components?.(hash, availableComponents);
    } catch (error) {
      this.#failed('components', error, '');
    }
  }

  connectionSettingsRequested(session: AgentSession, csr: Uint8Array): RequestRefusal | undefined {
    try {
      return this.#host.connectionSettingsRequested?.(session, csr);
    } catch (error) {
      this.#failed('connectionSettingsRequested', error, session.remoteAddress, session.instanceUid);
      return { refuse: 'the request could not be processed' };
    }
  }

  customMessage(session: AgentSession, message: CustomMessage): void {
    try {
      this.#host.customMessage?.(session, message);
    } catch (error) {
      this.#failed('customMessage', error, session.remoteAddress, session.instanceUid);
    }
  }

  overloaded(): Overload | undefined {
    try {
      return this.#host.overloaded?.();
    } catch (error) {
      this.#failed('overloaded', error, '');
      return undefined;
    }
  }

  /** The host offered something that is no message of its kind. */
  malformed(detail: string, { remoteAddress, instanceUid }: AgentSession): void {
    this.#problems.report('host_failed', detail, { remoteAddress, instanceUid });
  }

  offers(session: AgentSession): Offers | undefined {
    try {
      return this.#host.offers?.(session);
    } catch (error) {
      this.#failed('offers', error, session.remoteAddress, session.instanceUid);
      return undefined;
    }
  }

  offered(session: AgentSession, offers: Offers): void {
    try {
      this.#host.offered?.(session, offers);
    } catch (error) {
      this.#failed('offered', error, session.remoteAddress, session.instanceUid);
    }
  }

  disconnected(session: AgentSession, reason: DisconnectReason): void {
    try {
      this.#host.disconnected?.(session, reason);
    } catch (error) {
      this.#failed('disconnected', error, session.remoteAddress, session.instanceUid);
    }
  }

  renamed(oldUid: InstanceUid, newUid: InstanceUid): void {
    try {
      this.#host.renamed?.(oldUid, newUid);
    } catch (error) {
      this.#failed('renamed', error, '', newUid);
    }
  }

  #failed(callback: string, error: unknown, remoteAddress: string, instanceUid?: InstanceUid): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#problems.report('host_failed', `host.${callback} threw: ${detail}`, { remoteAddress, instanceUid });
  }
}
