import type { IncomingHttpHeaders, Server } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { OpampErrorCode } from '../errors.ts';
import type { CustomMessage } from '../gen/opamp/v1/opamp_pb.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';

/** What carries an agent's messages (specification: WebSocket Transport, Plain HTTP Transport). */
export type Transport = 'websocket' | 'http';

/** The parts of an agent's state that it may leave out when unchanged (specification: Agent Status Compression). */
export type PartName =
  | 'description'
  | 'health'
  | 'effectiveConfig'
  | 'remoteConfigStatus'
  | 'packageStatuses'
  | 'customCapabilities'
  | 'availableComponents'
  | 'connectionSettingsStatus';

/**
 * Last reported encoding of each part, own copies of the bytes; absent where it was never reported. Decode on demand with `decodeMessage`
 * and the message's schema: `health` is a ComponentHealth, `description` an AgentDescription, the others are named as their messages.
 */
export type ReportedParts = { readonly [name in PartName]?: Uint8Array };

/** What outlives a connection and the process. Give it back through `restore` and the agent is not asked for full state. */
export interface StoredSession {
  /** Of its last message; when the next one does not follow, full state is asked for. */
  readonly sequenceNum: bigint;
  /** The bits that it announced last: `agentCapabilityNames` has their names. */
  readonly capabilities: bigint;
  /** What it reported last. */
  readonly parts: ReportedParts;
  /** The credential that the uid is bound to; left out, the next one that uses the uid binds it. */
  readonly credential?: string | undefined;
}

/** A request that wants to speak OpAMP, before anything of it is read. */
export interface ConnectionRequest {
  /** A WebSocket handshake, or one POST. */
  readonly transport: Transport;
  /** All of them, names in lower case: Authorization, and what a proxy in front adds. */
  readonly headers: IncomingHttpHeaders;
  /** The IP address of the other end of the socket, which may be a proxy's; empty where the socket is gone. */
  readonly remoteAddress: string;
  /** The port of the other end of the socket, by which a host finds that socket among those of its HTTP server; 0 where it is gone. */
  readonly remotePort: number;
  /** Set on TLS listeners; ask it for the peer certificate. */
  readonly tlsSocket: TLSSocket | undefined;
}

/** What the host makes of a request (specification: Authentication). */
export type AcceptDecision =
  | {
      /** It may speak. */
      readonly kind: 'accept';
      /** An opaque name of who this is: an instance uid stays bound to the credential that first used it. Left out, nothing is bound. */
      readonly credential?: string;
      /**
       * What the host wants to know again of why it let this in: it comes back with `admit` and stands in the session. Two grants are the
       * same where they are the same value or object: give one object to all that come with one credential.
       */
      readonly grant?: unknown;
    }
  | {
      /** It may not. */
      readonly kind: 'refuse';
      /** 401 where the credential is wrong or missing, 403 where it is not enough, 429 and 503 to come back later. */
      readonly status: 401 | 403 | 429 | 503;
      /** The body of the answer, for people. */
      readonly message: string;
      /** Over the ones that are set by themselves: `WWW-Authenticate: Bearer` with 401, `Retry-After: 30` with 429 and 503. */
      readonly headers?: Readonly<Record<string, string>>;
    };

/** An agent that speaks for the first time on a WebSocket, or in an HTTP exchange; nothing of its message is taken yet. */
export interface Claim {
  /** The uid that it uses. */
  readonly instanceUid: InstanceUid;
  /** What carries its message. */
  readonly transport: Transport;
  /** An IP address, which may be a proxy's. */
  readonly remoteAddress: string;
  /** Of the decision that accepted its connection. */
  readonly grant: unknown;
}

/** Why an agent may not speak here. */
export interface ClaimRefusal {
  /**
   * `unauthorized`: the connection that it came by does not serve for this uid; over HTTP that is 401, a WebSocket that carries nobody else
   * is closed with 1008. `full`: there is no room for it now; it is told to come back later.
   */
  readonly kind: 'unauthorized' | 'full';
  /** For people; the agent gets it. */
  readonly message: string;
}

/** One agent as the engine knows it; lives from its first message until `forget`. Fields change in place. */
export interface AgentSession extends StoredSession {
  /** Changes only where the agent asked for another uid (`renamed`). */
  readonly instanceUid: InstanceUid;
  /** Of its last message. */
  readonly transport: Transport;
  /** Of its last message: an IP address, which may be a proxy's. */
  readonly remoteAddress: string;
  /** The credential that its uid is bound to; undefined where none is. */
  readonly credential: string | undefined;
  /** What let its connection in, as `accept` said it; of the last one where it is not connected. */
  readonly grant: unknown;
  /** False after agent_disconnect, after the link closed, or (HTTP) after silence. */
  readonly isConnected: boolean;
  /** When it connected last, in milliseconds since 1970; over HTTP, its first message after silence. */
  readonly connectedAtMs: number;
  /** When its last message came, heartbeats included, in milliseconds since 1970. */
  readonly lastMessageAtMs: number;
}

/**
 * What the host wants this agent to have now. Parts are protobuf encodings made once and shared between agents; the
 * engine adds the agent's uid and sends only what the capabilities of both sides allow. A command goes alone, first. Offer what the agent
 * does not have already (`reportedHashes`).
 */
export interface Offers {
  /** Encoded AgentRemoteConfig: `encodeRemoteConfig`. Needs AcceptsRemoteConfig and OffersRemoteConfig. */
  readonly remoteConfig?: Uint8Array;
  /** Encoded ConnectionSettingsOffers: `encodeConnectionSettings`. Members that the agent did not announce are taken out. */
  readonly connectionSettings?: Uint8Array;
  /** Encoded PackagesAvailable: `encodePackagesAvailable`. Needs AcceptsPackages and OffersPackages. */
  readonly packagesAvailable?: Uint8Array;
  /** The agent is to restart; say it once. Needs AcceptsRestartCommand. */
  readonly restart?: boolean;
}

/** Why a request is refused; the agent gets it as BadRequest. */
export interface RequestRefusal {
  /** The reason, for people. */
  readonly refuse: string;
}

/** The server cannot keep up (specification: Throttling). */
export interface Overload {
  /** When agents are to come back, in milliseconds; 30 s when left out. Over HTTP it is rounded up to whole seconds. */
  readonly retryAfterMs?: number;
}

/** Something said beyond the protocol's own messages (specification: CustomMessage). */
export interface CustomMessageInit {
  /** Reverse domain name with an optional version, such as `com.example.pause/v1`; the agent must have announced it. */
  readonly capability: string;
  /** What kind of message it is, by a name that the capability defines. */
  readonly type: string;
  /** Whatever the capability defines. */
  readonly data: Uint8Array;
}

/**
 * What became of a custom message. Nothing is sent, nor kept, unless it is `queued`: the agent may be away (`not_connected`), may not have
 * announced the capability (`unsupported`), the message may be over `maxMessageBytes` (`too_large`), or as many wait as may (`queue_full`).
 */
export type SendOutcome = 'queued' | 'not_connected' | 'unsupported' | 'too_large' | 'queue_full';

/**
 * The host's side; every callback is optional. They are synchronous but for `accept`, never concurrent for one agent, and may not throw: a
 * throw is reported as `host_failed` and counts as having said nothing.
 */
export interface OpampServerHost {
  /**
   * Whether this WebSocket handshake or POST may speak, before anything of it is read (specification: Authentication). Everybody may
   * without it. A rejection is answered with 503. A promise that takes long holds a place among the silent connections.
   */
  accept?(request: ConnectionRequest): AcceptDecision | Promise<AcceptDecision>;
  /** May this agent speak through this connection? Asked once for each agent on a WebSocket, and for each HTTP message; undefined means yes. Answer from memory. */
  admit?(claim: Claim): ClaimRefusal | undefined;
  /** What is stored of an agent that the engine does not hold; undefined means it is new, and it is asked for full state where it did not send it. */
  restore?(uid: InstanceUid): StoredSession | undefined;
  /** A link to the agent came up (WebSocket), or its first HTTP message after silence or with another grant. Called before `reported`. */
  connected?(session: AgentSession): void;
  /** Parts or capabilities changed. Not called for heartbeats and repetitions. `changed` is never empty, save when only capabilities changed. */
  reported?(session: AgentSession, changed: ReadonlySet<PartName>): void;
  /** Desired against reported: what to offer in this reply or push. Called after each message that is not a heartbeat, on connect, and for `push`. */
  offers?(session: AgentSession): Offers | undefined;
  /** Whether the set of components behind this hash (as the agent wrote it) is known. Agents are asked for sets that are not; without this callback none is known. */
  hasComponents?(hash: Uint8Array): boolean;
  /**
   * An agent reported the whole set behind `hash`: an encoded AvailableComponents, an own copy. Called once for a hash that is
   * not known, before `reported`. Sessions keep the hash only; without this callback they keep what came, and nobody is asked.
   */
  components?(hash: Uint8Array, availableComponents: Uint8Array): void;
  /**
   * The agent sent a certificate signing request (PEM). Called only where AcceptsConnectionSettingsRequest is announced. Offer the
   * certificate through `offers`, which is asked in the same reply, or later through `push`; or refuse at once.
   */
  connectionSettingsRequested?(session: AgentSession, csr: Uint8Array): RequestRefusal | undefined;
  /** A custom message of one of the server's `customCapabilities`. */
  customMessage?(session: AgentSession, message: CustomMessage): void;
  /**
   * Asked before a handshake, a request or a message that is not a heartbeat is taken: anything but undefined sheds it, over HTTP with 503 and
   * Retry-After, over WebSocket with the error Unavailable. Asked often: answer from memory.
   */
  overloaded?(): Overload | undefined;
  /** An offer left for the agent: `offers` without what the capabilities forbade. */
  offered?(session: AgentSession, offers: Offers): void;
  /**
   * The agent is gone: it said so, its link closed, it was silent over HTTP for `httpSilenceMs`, another link took its place, the server
   * cut it, or `drain` did. Its session stays until `forget`.
   */
  disconnected?(
    session: AgentSession,
    reason: 'agent_disconnect' | 'closed' | 'silent' | 'replaced' | 'cut' | 'drained',
  ): void;
  /** The agent uses the uid that it asked for (RequestInstanceUid); its session goes on under `newUid`. A clone that was given a new uid comes as a new agent instead, because the old uid stays with its owner. */
  renamed?(oldUid: InstanceUid, newUid: InstanceUid): void;
  /** Something was refused, cut or dropped. It is counted in `counters.errors` as well; log it with a limit, since a peer can make many. */
  problem?(problem: {
    /** One of the registered codes: see `OPAMP_ERRORS`. */
    readonly code: OpampErrorCode;
    /** What was wrong, with the value and the limit. */
    readonly detail: string;
    /** Whose connection it is about; empty where it is about none. */
    readonly remoteAddress: string;
    /** The agent, where it is known. */
    readonly instanceUid?: InstanceUid;
  }): void;
}

/** Every limit has a default, is counted when hit, and is refused with its own error code. What makes no sense is a RangeError of `createOpampServer`. */
export interface OpampServerLimits {
  /** Received message in bytes, after decompression, either transport; 4 MiB. */
  readonly maxMessageBytes?: number;
  /** All HTTP bodies, inflated bytes and incomplete WebSocket messages in flight together; 64 MiB. */
  readonly maxBytesInFlight?: number;
  /** Open links; 0 = as many as the system allows less a reserve. */
  readonly maxConnections?: number;
  /** Links that have not yet sent a message; half of `maxConnections`. */
  readonly maxSilentConnections?: number;
  /** A link that says nothing at all is closed after this; 10 minutes. Released clients say nothing for two minutes after a reconnect, so give no less. 0 = never. */
  readonly firstMessageTimeoutMs?: number;
  /** Bytes waiting to be written to one agent: reading stops at half of it, the link is cut at all of it; 1 MiB above the largest offer. */
  readonly maxBufferedBytes?: number;
  /** Agents that the engine holds, connected or not, until the host forgets them; 250,000. */
  readonly maxAgents?: number;
  /** Undecodable messages in a row before the link is closed; 5. */
  readonly maxBadMessages?: number;
  /** Messages a second from one link before reading from it is slowed; 1,000. */
  readonly maxMessagesPerSecond?: number;
  /** An encoded set of available components; a larger one is not taken. 1 MiB. */
  readonly maxComponentSetBytes?: number;
  /** Custom messages that wait to be sent to one agent; 64. They also share `maxBufferedBytes`. */
  readonly maxCustomMessages?: number;
  /** Time for an HTTP request's body; 30 s. */
  readonly bodyTimeoutMs?: number;
}

/** What a server is made of. Only `host` and `capabilities` are needed. */
export interface OpampServerOptions extends OpampServerLimits {
  /** Who is told, and asked for offers. */
  readonly host: OpampServerHost;
  /** Of both transports; `/v1/opamp` when left out. A query behind it is ignored. */
  readonly path?: string;
  /** Capability bits to announce; AcceptsStatus is always set. */
  readonly capabilities: bigint;
  /** Capabilities of custom messages that the host understands, announced with the first answer on each connection. */
  readonly customCapabilities?: readonly string[];
  /** The host is given custom messages of every capability, also of those that are not announced: for a host that passes them on. */
  readonly takesAnyCustomMessage?: boolean;
  /** An HTTP agent is taken for gone after this silence, in milliseconds; 90 s when left out. */
  readonly httpSilenceMs?: number;
  /** WebSocket ping period in milliseconds; a link from which nothing came for two periods is cut; 0 = off. 60 s when left out. */
  readonly pingIntervalMs?: number;
  /** Requests for full state a second over all agents; spreads the load after a crash. 500 when left out. */
  readonly fullStateRequestsPerSecond?: number;
}

/** What happened since the server was made, and how many are connected now; live, so read it whenever metrics are asked for. */
export interface OpampServerCounters {
  /** AgentToServer messages, good or not. */
  readonly messagesReceived: Readonly<Record<Transport, number>>;
  /** ServerToAgent messages, answers and pushes. */
  readonly messagesSent: Readonly<Record<Transport, number>>;
  /** Open connections now: WebSockets, and other sockets of the attached servers. */
  readonly connections: Readonly<Record<Transport, number>>;
  /** WebSockets now that have said nothing yet. */
  readonly silentConnections: number;
  /** By code; one that never happened is absent. */
  readonly errors: Readonly<Partial<Record<OpampErrorCode, number>>>;
  /** How often an agent was asked for full state (specification: flag ReportFullState). */
  readonly fullStateRequests: number;
  /** Agents that were asked for their whole set of components (flag ReportAvailableComponents). */
  readonly componentRequests: number;
}

/** A link that has said nothing yet, so that its agent is not known. */
export interface SilentConnection {
  /** The IP address of its other end. */
  readonly remoteAddress: string;
  /** When it was opened, in milliseconds since 1970. */
  readonly connectedAtMs: number;
}

/** The server's end of the protocol, for any number of agents over both transports; made by `createOpampServer`. */
export interface OpampServer {
  /**
   * Serves OpAMP on `path` of a node:http or node:https server that the caller listens with, before or after it listens, and of several
   * servers. The server's other listeners do not see what is for that path; the rest is theirs, and is answered with 404 where there are none.
   */
  attach(server: Server): void;
  /** What is worth a metric. */
  readonly counters: OpampServerCounters;
  /** WebSockets that have said nothing yet, so that their agents are not known, oldest first. */
  silentConnections(): readonly SilentConnection[];
  /** An agent that the engine holds, connected or not. */
  session(uid: InstanceUid): AgentSession | undefined;
  /** All agents that the engine holds, connected or not; live, so do not wait while going through it. */
  sessions(): Iterable<AgentSession>;
  /** Asks `host.offers` for these agents and sends what it yields to those with a live WebSocket, in slices so that the loop breathes; HTTP agents get it with their next poll. */
  push(uids: Iterable<InstanceUid>): void;
  /**
   * Sends a custom message: in order, over a WebSocket as fast as the agent reads, over HTTP one with each answer. What waits is lost with
   * the connection. The host's own bookkeeping decides whether to send it again.
   */
  sendCustomMessage(uid: InstanceUid, message: CustomMessageInit): SendOutcome;
  /** From now on the host understands custom messages of these capabilities: agents with a live WebSocket are told at once, the others with their next answer. */
  setCustomCapabilities(capabilities: readonly string[]): void;
  /** Closes the agent's link with 1000 and drops its session; it comes back as new. The host, which asked for it, is not told of a disconnection. */
  forget(uid: InstanceUid): void;
  /** Ends this agent's connection now, with 1008 on a WebSocket that carries nobody else; over HTTP it counts as gone. Its session stays, and whether it may come back is for `accept` and `admit` to say. False where it is not connected. */
  disconnect(uid: InstanceUid, reason: string): boolean;
  /** As `disconnect`, for every connection whose grant `matches`, those that have said nothing yet among them; in slices so that the loop breathes. Resolves with the number of agents that were connected. */
  disconnectGranted(matches: (grant: unknown) => boolean, reason: string): Promise<number>;
  /**
   * Closes the links with 1001, spread over `windowMs` milliseconds so that agents do not all return at once, and from now on answers
   * handshakes and HTTP with 503 and Retry-After. Resolves when all links are gone; those that do not answer are cut after 2 s more.
   */
  drain(windowMs: number): Promise<void>;
}
