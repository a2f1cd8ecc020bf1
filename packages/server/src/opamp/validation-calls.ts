import { randomBytes } from 'node:crypto';
import {
  type ConfigFile,
  CustomCapabilitiesSchema,
  type CustomMessage,
  decodeMessage,
  encodeRemoteConfig,
  type InstanceUid,
  RemoteConfigStatusSchema,
} from '@drover/opamp';
import type { AgentSession, CustomMessageInit, SendOutcome } from '@drover/opamp/server';
import type { ProgramVerdict } from '../configs/program-verdict.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';

/** The custom capability of agents whose program can be asked about a configuration. Documented in docs/reference/validate-capability.md. */
export const VALIDATE_CAPABILITY = 'dev.drover.validate/1';

const REQUEST_TYPE = 'validate';
const ID_BYTES = 16;
/** Time for the program, and for those that wait before it. */
const ANSWER_WITHIN_MS = 45_000;
const MAX_UNDER_WAY = 64;
const MAX_OF_ONE_AGENT = 4;

export interface ValidationCallsOptions {
  readonly session: (uid: InstanceUid) => AgentSession | undefined;
  readonly isApproved: (uid: InstanceUid) => boolean;
  readonly send: (uid: InstanceUid, message: CustomMessageInit) => SendOutcome;
  /** An agent that polls takes the question with one poll: so much later at most. */
  readonly pollIntervalMs: number;
  readonly clock: Clock;
}

interface Call {
  readonly uid: InstanceUid;
  readonly deadline: Timer;
  readonly resolve: (verdict: ProgramVerdict) => void;
  readonly reject: (error: DomainError) => void;
}

/** Asks connected agents whether their programs would run a configuration. */
export class ValidationCalls {
  readonly #options: ValidationCallsOptions;
  readonly #calls = new Map<string, Call>();
  readonly #announcing = new Set<InstanceUid>();

  constructor(options: ValidationCallsOptions) {
    this.#options = options;
  }

  /** Connected agents that can be asked. Do not change it. */
  get announcing(): ReadonlySet<InstanceUid> {
    return this.#announcing;
  }

  /** A link came up, or the agent said anew which custom messages it understands. */
  announced({ instanceUid, parts }: AgentSession): void {
    const encoded = parts.customCapabilities;
    const decoded = encoded && decodeMessage(CustomCapabilitiesSchema, encoded);
    const isAnnounced =
      decoded?.kind === 'message' && decoded.message.capabilities.includes(VALIDATE_CAPABILITY);
    if (isAnnounced) this.#announcing.add(instanceUid);
    else this.#announcing.delete(instanceUid);
  }

  /** The agent's link is gone, and with it what was asked over it. */
  unlinked({ instanceUid }: AgentSession): void {
    this.#announcing.delete(instanceUid);
    for (const [id, { uid }] of this.#calls) {
      if (uid === instanceUid) this.#fail(id, notConnected(uid, 'it went away before it answered'));
    }
  }

  /**
   * Sends the files as they would be offered, and resolves with the answer. Throws `agent_not_connected`, also where the agent goes away meanwhile,
   * `agent_not_approved`, `capability_missing`, `validation_busy`, `validation_timed_out`. Nobody waits for the answer once `signal` aborts.
   */
  async ask(
    uid: InstanceUid,
    files: ReadonlyMap<string, ConfigFile>,
    signal?: AbortSignal,
  ): Promise<ProgramVerdict> {
    const session = this.#options.session(uid);
    if (!session?.isConnected) throw notConnected(uid, 'it is not connected');
    if (!this.#options.isApproved(uid))
      throw new DomainError('agent_not_approved', `agent ${uid} was not asked: it is not approved`);
    if (!this.#announcing.has(uid)) throw missing(uid);
    this.#refuseTooMany(uid);
    if (signal?.aborted) throw notConnected(uid, 'nobody waits any more');
    const id = randomBytes(ID_BYTES);
    const data = encodeRemoteConfig(files, id);
    const outcome = this.#options.send(uid, { capability: VALIDATE_CAPABILITY, type: REQUEST_TYPE, data });
    if (outcome !== 'queued') throw notSent(uid, outcome, data.length);
    return this.#answerTo(id.toString('hex'), session, signal);
  }

  /** A custom message of the capability came from an agent. What answers nothing is ignored. */
  answered({ instanceUid }: AgentSession, { type, data }: CustomMessage): void {
    const decoded = decodeMessage(RemoteConfigStatusSchema, data);
    if (decoded.kind !== 'message') return;
    const { lastRemoteConfigHash, errorMessage } = decoded.message;
    const id = Buffer.from(lastRemoteConfigHash).toString('hex');
    const call = this.#calls.get(id);
    if (call?.uid !== instanceUid) return;
    switch (type) {
      case 'valid':
        this.#take(id)?.resolve({ kind: 'valid' });
        break;
      case 'invalid':
        this.#take(id)?.resolve({ kind: 'invalid', words: errorMessage });
        break;
      case 'refused':
        this.#take(id)?.resolve({ kind: 'refused', reason: errorMessage });
        break;
      case 'busy':
        this.#fail(
          id,
          new DomainError('validation_busy', `agent ${instanceUid} was not asked: ${errorMessage}`),
        );
        break;
    }
  }

  #answerTo(
    id: string,
    { instanceUid: uid, transport }: AgentSession,
    signal: AbortSignal | undefined,
  ): Promise<ProgramVerdict> {
    const { clock, pollIntervalMs } = this.#options;
    const withinMs = ANSWER_WITHIN_MS + (transport === 'http' ? pollIntervalMs : 0);
    return new Promise((resolve, reject) => {
      const seconds = Math.round(withinMs / 1000);
      const deadline = clock.after(withinMs, () =>
        this.#fail(
          id,
          new DomainError(
            'validation_timed_out',
            `agent ${uid} did not answer within ${seconds} s; ask again, or ask another one`,
          ),
        ),
      );
      this.#calls.set(id, { uid, deadline, resolve, reject });
      signal?.addEventListener('abort', () => this.#fail(id, notConnected(uid, 'nobody waits any more')));
    });
  }

  #refuseTooMany(uid: InstanceUid): void {
    const ofAgent = [...this.#calls.values()].filter((call) => call.uid === uid).length;
    if (ofAgent >= MAX_OF_ONE_AGENT) {
      throw new DomainError(
        'validation_busy',
        `agent ${uid} was not asked: ${ofAgent} configurations wait for its answer; try another one, or later`,
      );
    }
    if (this.#calls.size >= MAX_UNDER_WAY) {
      throw new DomainError(
        'validation_busy',
        `agent ${uid} was not asked: ${this.#calls.size} configurations wait for the answers of agents; try later`,
      );
    }
  }

  #take(id: string): Call | undefined {
    const call = this.#calls.get(id);
    call?.deadline.cancel();
    this.#calls.delete(id);
    return call;
  }

  #fail(id: string, error: DomainError): void {
    this.#take(id)?.reject(error);
  }
}

function notConnected(uid: InstanceUid, why: string): DomainError {
  return new DomainError('agent_not_connected', `agent ${uid} gave no answer: ${why}`);
}

function missing(uid: InstanceUid): DomainError {
  return new DomainError(
    'capability_missing',
    `agent ${uid} was not asked: it does not announce the custom capability ${VALIDATE_CAPABILITY}, which Drover's supervisor has`,
    { facts: { capability: VALIDATE_CAPABILITY } },
  );
}

function notSent(uid: InstanceUid, outcome: Exclude<SendOutcome, 'queued'>, bytes: number): DomainError {
  switch (outcome) {
    case 'not_connected':
      return notConnected(uid, 'it is not connected');
    case 'unsupported':
      return missing(uid);
    case 'too_large':
      return new DomainError(
        'config_too_large',
        `agent ${uid} was not asked: its stack has ${bytes} bytes with this configuration, more than one message may have (opamp.maxMessageBytes)`,
      );
    case 'queue_full':
      return new DomainError('validation_busy', `agent ${uid} was not asked: too many messages wait for it`);
  }
}
