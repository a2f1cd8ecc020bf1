import type {
  AvailableComponents,
  ComponentHealth,
  OtherConnectionSettings,
  ServerToAgent,
  TelemetryConnectionSettings,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { AttributeValue } from '../wire/attributes.ts';
import type { AgentCapabilityName } from '../wire/capabilities.ts';
import type { ConfigFile } from '../wire/config-map.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';
import type { ClientStateStore } from './client-state.ts';
import type { PackageStore } from './package-store.ts';
import type { ProxyOptions } from './proxy-options.ts';

/** What an agent says it is (specification: AgentDescription Message). */
export interface AgentDescriptionInit {
  /** What identifies it, and is on its own telemetry too: `service.name`, `service.version`, `service.instance.id` and the like. */
  readonly identifying: Readonly<Record<string, AttributeValue>>;
  /** Where it runs and what else is worth knowing: `os.type`, `host.name` and the like. */
  readonly nonIdentifying?: Readonly<Record<string, AttributeValue>>;
}

/** A remote configuration as it was offered (specification: AgentRemoteConfig Message). */
export interface OfferedRemoteConfig {
  /** Opaque; goes into the status. An own copy. */
  readonly hash: Uint8Array;
  /**
   * By name, which is the server's: never use it as a path unchecked. Empty: run no remote configuration. Undefined: the server sent a
   * hash without a config map, and nothing is to change. Bodies are views on the message: copy what outlives the callback.
   */
  readonly files: ReadonlyMap<string, ConfigFile> | undefined;
}

/** The agent's last word on a remote configuration (specification: RemoteConfigStatus Message). */
export interface RemoteConfigStatusInit {
  /** Of the configuration that was offered last, also where it failed. */
  readonly hash: Uint8Array;
  /** How far it is; `unset` before any was offered. */
  readonly status: 'unset' | 'applying' | 'applied' | 'failed';
  /** Why it failed, for people; only with `failed`. */
  readonly errorMessage?: string;
}

/** TLS of the connection to the server, and of downloads (specification: TLSConnectionSettings). */
export interface ClientTlsOptions {
  /** Authorities to trust, PEM, one after the other; they replace the default ones. */
  readonly ca?: string;
  /** The client certificate, PEM, with intermediate ones after it; needs `key`. */
  readonly cert?: string;
  /** The private key of `cert`, PEM, not encrypted. */
  readonly key?: string;
  /** The server's certificate is not verified at all: for tests. */
  readonly insecureSkipVerify?: boolean;
  /** The name that the server's certificate must have, where it is not the URL's. */
  readonly serverName?: string;
  /** Lowest version of TLS; '1.2' when left out. */
  readonly minVersion?: '1.2' | '1.3';
  /** Highest version of TLS; none when left out. */
  readonly maxVersion?: '1.2' | '1.3';
  /** The operating system's authorities, and those that node brings, are trusted beside `ca`. */
  readonly includeSystemCa?: boolean;
  /** Cipher suites by their IANA names. */
  readonly ciphers?: readonly string[];
}

/**
 * Connection settings other than OpAMP's own, as offered and for classes that the agent announces; absent = unchanged (specification:
 * ConnectionSettingsOffers).
 */
export interface OfferedConnectionSettings {
  /** Of the whole offer, the OpAMP settings included. */
  readonly hash: Uint8Array;
  /** Where metrics of the agent's own go; only with ReportsOwnMetrics. */
  readonly ownMetrics?: TelemetryConnectionSettings;
  /** Where traces of the agent's own go; only with ReportsOwnTraces. */
  readonly ownTraces?: TelemetryConnectionSettings;
  /** Where logs of the agent's own go; only with ReportsOwnLogs. */
  readonly ownLogs?: TelemetryConnectionSettings;
  /** By name; each is partial: what it leaves out stays. Empty without AcceptsOtherConnectionSettings. */
  readonly other: ReadonlyMap<string, OtherConnectionSettings>;
}

/** A message beyond the protocol's own (specification: CustomMessage). */
export interface CustomMessageInit {
  /** Reverse domain name with an optional version, such as `com.example.pause/v1`. */
  readonly capability: string;
  /** What kind of message it is, by a name that the capability defines. */
  readonly type: string;
  /** Whatever the capability defines. */
  readonly data: Uint8Array;
}

/**
 * What became of a custom message. It is kept, and sent, only where it is `queued`; the server has not announced its capability
 * (`unsupported`), it is over `maxMessageBytes` (`too_large`), or as many wait as may (`queue_full`: `onCustomMessagesDrained` follows).
 */
export type CustomMessageOutcome = 'queued' | 'unsupported' | 'too_large' | 'queue_full';

/** What the host of the client is told. A callback that throws is reported to `onError` and never ends the client. */
export interface OpampClientCallbacks {
  /** The link is up and the server has answered for the first time on it; over HTTP, the first answer after a failure. */
  onConnect?(): void;
  /** An attempt failed; the next follows after `retryInMs` milliseconds. Often an `OpampError`, else what node's sockets say. */
  onConnectFailed?(error: Error, retryInMs: number): void;
  /** An established link is gone; the client is about to connect again. Never called after `stop`. */
  onDisconnect?(): void;
  /**
   * A remote configuration was offered whose hash differs from the last one handed over, or the last one failed and is offered again (then
   * after a pause that grows from 1 s to 60 s). Report its fate with `setRemoteConfigStatus`. Only with AcceptsRemoteConfig.
   */
  onRemoteConfig?(config: OfferedRemoteConfig): void;
  /** The server asks for a restart (specification: ServerToAgentCommand). Only with AcceptsRestartCommand. */
  onRestartCommand?(): void;
  /** The server gave the agent a new uid, which the client already uses and `stateStore` has (specification: AgentIdentification). */
  onNewInstanceUid?(uid: InstanceUid): void;
  /**
   * Settings for own telemetry and other connections. When it returns or resolves they are reported as APPLIED, when it throws or rejects as FAILED with
   * the error's message. Never called again before that.
   */
  onConnectionSettings?(settings: OfferedConnectionSettings): void | Promise<void>;
  /** OpAMP settings that the server offered are in use and were tried on a real connection; `url` is the one that they lead to. */
  onOpampConnectionSettings?(url: string): void;
  /** Accepted OpAMP settings did not lead to a server for long and were given up; those of the options are in use, and the settings reported as FAILED. */
  onOpampSettingsGivenUp?(url: string): void;
  /** A custom message of one of the agent's `customCapabilities`; others are counted in `ignored`. */
  onCustomMessage?(message: CustomMessageInit): void;
  /** The queue of custom messages was full (`queue_full`) and has room again. */
  onCustomMessagesDrained?(): void;
  /** Something went wrong that does not end the link: most often an `OpampError`, see `OPAMP_ERRORS`; else what a callback threw. */
  onError?(error: Error): void;
  /** Each message from the server that was decoded and meant for this agent, before the callbacks above. */
  onMessage?(message: ServerToAgent): void;
}

/** What an agent is made of. Only `url`, `description` and `capabilities` are needed. */
export interface OpampClientOptions extends OpampClientCallbacks {
  /** ws:// or wss:// for WebSocket, http:// or https:// for polling. The default path `/v1/opamp` is not added. */
  readonly url: string;
  /** The one in `stateStore`, else a new UUID v7, when left out. */
  readonly instanceUid?: InstanceUid;
  /** Asks the server to choose the uid (specification: flag RequestInstanceUid), until it has. */
  readonly requestInstanceUid?: boolean;
  /** What the agent is; `setDescription` changes it. */
  readonly description: AgentDescriptionInit;
  /** What the agent announces; ReportsStatus always. What is not announced is neither sent nor taken. */
  readonly capabilities: readonly AgentCapabilityName[];
  /** Reported first; `setHealth` changes it. Only with ReportsHealth. */
  readonly health?: ComponentHealth;
  /** What became of the remote configuration that ran last, so that it is not offered again. Only with ReportsRemoteConfig. */
  readonly remoteConfigStatus?: RemoteConfigStatusInit;
  /** Asked each time the effective configuration is to be reported; undefined means not known yet. Only with ReportsEffectiveConfig. */
  readonly effectiveConfig?: () => ReadonlyMap<string, ConfigFile> | undefined;
  /** Its hash is reported, the components when the server asks for them. Only with ReportsAvailableComponents. */
  readonly availableComponents?: AvailableComponents;
  /**
   * Sent with the handshake or with each HTTP request. A function is asked for each, so that renewed tokens are taken up; where it throws or
   * rejects, that attempt has failed.
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | ((url: string) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** A function is asked for each connection, so that renewed certificates are taken up. */
  readonly tls?: ClientTlsOptions | (() => ClientTlsOptions);
  /**
   * An HTTP or HTTPS proxy for the connection. A function is asked for each server that is connected to, an offered one too. An offered
   * proxy goes before. The environment's variables are not looked at.
   */
  readonly proxy?: ProxyOptions | ((url: string) => ProxyOptions | undefined);
  /** How many redirects in a row are followed; 5 when left out, 0 for none. Never from TLS to no TLS; credentials go to the original origin only. */
  readonly maxRedirects?: number;
  /**
   * WebSocket heartbeat (with ReportsHeartbeat; 0 = none) or HTTP polling interval in milliseconds; 30 s when left out. A server may offer
   * another (specification: OpAMPConnectionSettings.heartbeat_interval_seconds).
   */
  readonly heartbeatIntervalMs?: number;
  /** Largest message in either direction, in bytes, after decompression; 4 MiB when left out. Of a larger one to be sent the largest parts are left out. */
  readonly maxMessageBytes?: number;
  /** Reconnect back-off with full jitter: each wait is random up to a bound that doubles. Retry-After and RetryInfo lengthen it. */
  readonly backoff?: {
    /** First bound in milliseconds; 1 s when left out. */
    readonly initialMs: number;
    /** Last bound in milliseconds; 30 s when left out. */
    readonly maxMs: number;
  };
  /** Remembers uid and accepted connection settings over restarts (`fileStateStore`); in memory when left out. */
  readonly stateStore?: ClientStateStore;
  /** For how many milliseconds offered OpAMP settings may be tried before the ones before them are used again; 30 s when left out. */
  readonly settingsTrialMs?: number;
  /** Offered OpAMP settings may lead from a connection with TLS to one without, and may leave out the check of the server's certificate where `tls` does not. */
  readonly acceptsInsecureSettings?: boolean;
  /**
   * When settings that a server offered and the client accepted have not led to a server for this long, those of the options are tried, for
   * `settingsTrialMs`, and hold from then on where they lead to one; else the accepted ones are used again, and so on in turn. Not while the
   * failures say nothing of the settings, such as a host that is down and the same in both. 0 or left out: never.
   */
  readonly settingsFallbackMs?: number;
  /** Capabilities of custom messages that the agent understands (specification: CustomCapabilities). */
  readonly customCapabilities?: readonly string[];
  /** Custom messages that may wait to be sent; 64 when left out. Together they may have `maxMessageBytes`. */
  readonly maxCustomMessages?: number;
  /** The agent's packages: offers are downloaded, verified and handed over, and their fate is reported. Without it offers are ignored; `onMessage` shows them. */
  readonly packages?: PackageStore;
  /** A package's file with more bytes is not downloaded; 1 GiB when left out. */
  readonly maxPackageBytes?: number;
  /** Milliseconds between two reports of a download's progress; 10 s when left out. */
  readonly packageProgressMs?: number;
  /** Address to connect from, for load tests that need many source addresses. */
  readonly localAddress?: string;
  /** The socket and the timers do not keep the process alive. */
  readonly unref?: boolean;
}

/**
 * An OpAMP agent's end of the protocol. Synced state (description, health, statuses) is kept here and sent when it
 * changes, compressed as the specification allows, and whole when the server asks (ReportFullState).
 */
export interface OpampClient {
  /** The uid in use; a server may give another (`onNewInstanceUid`). */
  readonly instanceUid: InstanceUid;
  /** True from the first answer on a link to its loss. Over HTTP: the last poll was answered. */
  readonly isConnected: boolean;
  /** Messages sent so far, heartbeats and repetitions included. */
  readonly messagesSent: number;
  /** Capability bits that the server announced, 0n before its first answer. */
  readonly serverCapabilities: bigint;
  /** How many parts of the server's messages were ignored because the agent does not announce them, by field. */
  readonly ignored: Readonly<Record<string, number>>;
  /** The URL in use: that of the options, or one that a server offered. */
  readonly url: string;
  /** Begins to connect and returns at once; connection failures go to the callbacks, and it never gives up. Throws when it is called twice. */
  start(): void;
  /** Says goodbye (agent_disconnect), closes, and resolves when nothing runs any more; safe twice and without start. */
  stop(): Promise<void>;
  /** Replaces the whole description; the server is told where it differs. Throws a RangeError for values nested deeper than 30 levels. */
  setDescription(description: AgentDescriptionInit): void;
  /** Replaces the whole tree of health; the server is told where it differs. Several in one turn of the loop go out as one. */
  setHealth(health: ComponentHealth): void;
  /** The agent's word on a remote configuration; the server is told where it differs from the last, or waits for it. */
  setRemoteConfigStatus(status: RemoteConfigStatusInit): void;
  /** Replaces the set of components; the server is told its hash where it differs. */
  setAvailableComponents(components: AvailableComponents): void;
  /** Replaces the list of custom messages that the agent understands; the server is told where it differs. */
  setCustomCapabilities(capabilities: readonly string[]): void;
  /**
   * Sends a custom message, one with each message to the server, in order. Before the server has said what it understands the message
   * waits. One that is lost with its link is sent again.
   */
  sendCustomMessage(message: CustomMessageInit): CustomMessageOutcome;
  /**
   * Asks the server for a client certificate for this request (PEM). The key (PEM) never leaves the client; it is used with the certificate
   * that the server offers. False where the server is known not to take requests, or the agent does not accept OpAMP connection settings.
   */
  requestCertificate(csr: string, privateKey: string): boolean;
  /** The effective configuration changed: the callback `effectiveConfig` is asked for it, and it is sent where it differs. */
  effectiveConfigChanged(): void;
}
