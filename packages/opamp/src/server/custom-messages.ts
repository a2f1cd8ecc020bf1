import { create, toBinary } from '@bufbuild/protobuf';
import {
  type CustomCapabilities,
  CustomCapabilitiesSchema,
  type CustomMessage,
  CustomMessageSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from '../wire/codec.ts';
import type { HostCalls } from './host-calls.ts';
import type { Problems } from './problems.ts';
import type { CustomMessageInit, SendOutcome } from './server-options.ts';
import type { Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/** Custom messages both ways: what our capabilities name comes in, what the agent's name goes out, in order, one at a time. */
export class CustomMessages {
  readonly #settings: ServerSettings;
  readonly #host: HostCalls;
  readonly #problems: Problems;
  /** Encoded CustomCapabilities of the server, or undefined where it has none. */
  announcement: Uint8Array | undefined;
  #understood: ReadonlySet<string>;

  constructor(settings: ServerSettings, host: HostCalls, problems: Problems) {
    this.#settings = settings;
    this.#host = host;
    this.#problems = problems;
    this.#understood = settings.customCapabilities;
    this.announcement = this.#understood.size === 0 ? undefined : encode(this.#understood);
  }

  /** The server understands these from now on. */
  announce(capabilities: Iterable<string>): void {
    this.#understood = new Set(capabilities);
    // A list that has become empty has to be said, too.
    this.announcement = encode(this.#understood);
  }

  /** Hands a message of the agent to the host, unless its capability is not ours (specification: CustomMessage). */
  receive(session: Session, bytes: Uint8Array): void {
    const decoded = decodeMessage(CustomMessageSchema, new Uint8Array(bytes));
    if (decoded.kind === 'bad_message') return;
    const { capability } = decoded.message;
    if (this.#settings.takesAnyCustomMessage || this.#understood.has(capability)) {
      this.#host.customMessage(session, decoded.message);
      return;
    }
    const detail = `a custom message of capability "${capability.slice(0, 200)}", which is not announced here`;
    this.#problems.report('unsupported_custom_message', detail, session);
  }

  /** Puts a message in the agent's queue. */
  enqueue(session: Session, init: CustomMessageInit): SendOutcome {
    if (!session.isConnected) return 'not_connected';
    if (!capabilitiesOf(session)?.includes(init.capability)) return 'unsupported';
    const message: CustomMessage = create(CustomMessageSchema, init);
    const bytes = toBinary(CustomMessageSchema, message);
    if (bytes.length + MESSAGE_OVERHEAD > this.#settings.maxMessageBytes) return 'too_large';
    const { maxCustomMessages, maxBufferedBytes } = this.#settings;
    const queue = session.customMessages ?? [];
    let waiting = bytes.length;
    for (const each of queue) waiting += each.length;
    if (queue.length >= maxCustomMessages || (queue.length > 0 && waiting > maxBufferedBytes))
      return 'queue_full';
    queue.push(bytes);
    session.customMessages = queue;
    return 'queued';
  }

  /** The next one that is to go out, taken from the queue. */
  take(session: Session): Uint8Array | undefined {
    const next = session.customMessages?.shift();
    if (session.customMessages?.length === 0) session.customMessages = undefined;
    return next;
  }
}

/** The uid and the tags around a custom message. */
const MESSAGE_OVERHEAD = 64;

function encode(understood: ReadonlySet<string>): Uint8Array {
  const capabilities = [...understood];
  return toBinary(CustomCapabilitiesSchema, create(CustomCapabilitiesSchema, { capabilities }));
}

function capabilitiesOf(session: Session): readonly string[] | undefined {
  const bytes = session.parts.customCapabilities;
  if (bytes === undefined) return undefined;
  const decoded: ReturnType<typeof decodeMessage<typeof CustomCapabilitiesSchema>> = decodeMessage(
    CustomCapabilitiesSchema,
    bytes,
  );
  return decoded.kind === 'message' ? (decoded.message satisfies CustomCapabilities).capabilities : undefined;
}
