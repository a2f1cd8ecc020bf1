import type { AgentCapabilityName } from '@drover/opamp';
import type { Account } from '../confinement/account.ts';
import type { Limits } from '../confinement/limits.ts';
import type { LogEncoding, LogLevel } from '../logs/log-record.ts';
import type { PlacedPolicy } from '../policy/host-policy.ts';

/** PEM that stands in the settings or in a file, which may be replaced at any time. */
export type PemSource =
  | { readonly kind: 'text'; readonly pem: string }
  | { readonly kind: 'file'; readonly path: string };

export interface TlsSettings {
  readonly ca?: PemSource;
  readonly cert?: PemSource;
  readonly key?: PemSource;
  /** The system's authorities are trusted beside `ca`. */
  readonly includesSystemCa: boolean;
  readonly insecureSkipVerify: boolean;
  readonly serverName?: string;
  readonly minVersion?: '1.2' | '1.3';
  readonly maxVersion?: '1.2' | '1.3';
  /** IANA names. */
  readonly ciphers?: readonly string[];
  /** Files are looked at no sooner than this after the last time; 0 = for each connection. */
  readonly reloadIntervalMs: number;
}

/** A secret or name that stands in the settings or in a file, which may be replaced at any time. */
export type TextSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

/** What the agent shows to the server, beside `headers`. */
export type CredentialSettings = BearerTokenSettings | BasicAuthSettings | Oauth2ClientSettings;

export interface BearerTokenSettings {
  readonly kind: 'bearer_token';
  readonly header: string;
  /** Empty = the token alone. */
  readonly scheme: string;
  readonly token: TextSource;
}

export interface BasicAuthSettings {
  readonly kind: 'basic_auth';
  readonly username: TextSource;
  readonly password: TextSource;
}

/** Client credentials (RFC 6749, 4.4). */
export interface Oauth2ClientSettings {
  readonly kind: 'oauth2_client';
  readonly clientId: TextSource;
  readonly clientSecret: TextSource;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly endpointParams: Readonly<Record<string, readonly string[]>>;
  readonly timeoutMs: number;
  /** A token is replaced so long before it expires. */
  readonly expiryBufferMs: number;
  /** Of the token endpoint. */
  readonly tls: TlsSettings | undefined;
}

/** The link to the fleet server, as the file says; a server may offer other settings. */
export interface ServerSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings | undefined;
  readonly credential: CredentialSettings | undefined;
  /** Undefined: as the environment says. */
  readonly proxy: { readonly url: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  /** Of a WebSocket's heartbeats or between two polls, until the server offers another. */
  readonly heartbeatIntervalMs: number;
  /** Largest message from or to the server. */
  readonly maxMessageBytes: number;
  /** For so long settings that the server offers are tried. */
  readonly trialMs: number;
  /** Accepted settings that have not led to a server for so long give way to these; 0 = never. */
  readonly giveUpMs: number;
  /** A client certificate is requested from a server that gives them out. */
  readonly requestsCertificate: boolean;
  /** Differs whenever the file says something else of where to connect and as whom. */
  readonly fingerprint: string;
}

type PlainAttributes = Readonly<Record<string, string | number | boolean>>;

/** One place in the order of configuration layers; later ones win. */
export type LocalLayer = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'remote' };

export interface DataCheckSettings {
  /** For so long data may stay away after an apply. */
  readonly windowMs: number;
  readonly action: 'degrade' | 'rollback';
}

/** What holds for an agent of any kind. */
export interface CommonAgentSettings {
  /** Distinguishes the agents of one supervisor: in logs, and as the name of its folder where there are several. */
  readonly name: string;
  readonly executable: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The uid to use where the storage holds none. */
  readonly instanceUid: string | undefined;
  /** The configuration that runs until the server offers one, and again when it offers an empty one. */
  readonly standaloneConfig: string;
  /** What operators say of the agent, here or in the environment; wins over what is found out. */
  readonly identifyingAttributes: Readonly<Record<string, string>>;
  readonly nonIdentifyingAttributes: PlainAttributes;
  /** The cloud's metadata service is asked about the host. */
  readonly asksCloudMetadata: boolean;
  readonly capabilities: readonly AgentCapabilityName[];
  /** What a remote configuration has to keep to: all of them. */
  readonly policies: readonly PlacedPolicy[];
  /** As whom its program runs; undefined: as its supervisor. */
  readonly runAs: Account | undefined;
  readonly limits: Limits;
  /** Private folder of this agent. */
  readonly storageFolder: string;
  /** Files that are run in the place of all else while no server answers, merged in order; empty: none. */
  readonly fallbackConfigs: readonly string[];
  /** Without a server for so long the fallback runs, whatever ran before; 0 = only at a first start. */
  readonly runtimeFallbackAfterMs: number;
  /** A start that is not healthy by then has failed. */
  readonly startLimitMs: number;
  /** Graceful stop; SIGKILL follows. */
  readonly stopLimitMs: number;
  /** An agent that was not heard for so long is ended and started again; 0 = never. */
  readonly livenessLimitMs: number;
  /** What ran before runs again when a configuration fails. */
  readonly rollsBack: boolean;
  /** A configuration that stays healthy for so long becomes the last good one. */
  readonly stabilityWindowMs: number;
  /** How much of the agent's own output goes into an error that the server sees; 0 = only the agent's error line. */
  readonly crashLogBytes: number;
  /** The agent's output appears in the supervisor's log too. */
  readonly passesLogsThrough: boolean;
}

export interface CollectorSettings extends CommonAgentSettings {
  readonly kind: 'collector';
  /** Files that are merged with the remote configuration, in order. Empty: `standaloneConfig` serves. */
  readonly layers: readonly LocalLayer[];
  /** Files whose word is final, whatever is offered, in order. */
  readonly lockedConfig: readonly string[];
  readonly includeResourceAttributes: boolean;
  /** A running process takes a new configuration up by SIGHUP where it can. */
  readonly usesReload: boolean;
  /** What is done when data that flowed before an apply do not flow after it; undefined = this is not looked at. */
  readonly dataCheck: DataCheckSettings | undefined;
  /** Between two exports of the Collector's own metrics to where the server wants them. */
  readonly ownMetricsIntervalMs: number;
  /** Port of the agent's local OpAMP endpoint; 0 = any free one. */
  readonly localPort: number;
}

export interface FluentBitSettings extends CommonAgentSettings {
  readonly kind: 'fluentbit';
  /** Local files that stand beside the configuration, whichever it is. */
  readonly localFiles: readonly string[];
  /** Port of its HTTP server on the loopback address; 0 = any free one. */
  readonly httpPort: number;
}

/** A program and its arguments; placeholders in braces are filled in when it is run. */
export type Invocation = readonly [program: string, ...args: string[]];

export type HealthCheck =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tcp'; readonly address: string }
  | { readonly kind: 'command'; readonly command: Invocation };

export interface CommandSettings extends CommonAgentSettings {
  readonly kind: 'command';
  /** Local files that stand beside the configuration, whichever it is. */
  readonly localFiles: readonly string[];
  /** Name of the file that the program is pointed at. */
  readonly configName: string;
  /** Where its files go; undefined = a folder of its own in the storage. */
  readonly configDirectory: string | undefined;
  readonly validateCommand: Invocation | undefined;
  /** Undefined: it is restarted. */
  readonly reload:
    | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
    | { readonly kind: 'command'; readonly command: Invocation }
    | undefined;
  readonly versionCommand: Invocation | undefined;
  /** Undefined: it is healthy as long as its process runs. */
  readonly health: HealthCheck | undefined;
  readonly healthIntervalMs: number;
  readonly healthLimitMs: number;
  /** What `{port}` stands for; 0 = any free one. */
  readonly port: number;
  readonly stopSignal: NodeJS.Signals;
}

/** One agent that the supervisor runs. */
export type AgentSettings = CollectorSettings | FluentBitSettings | CommandSettings;

export type AgentKind = AgentSettings['kind'];

/** The supervisor's own log. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly encoding: LogEncoding;
  /** `stdout`, `stderr` or a full path; at least one. */
  readonly outputPaths: readonly string[];
  /** In every record. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Settings {
  readonly server: ServerSettings;
  /** At least one; their names and folders differ. */
  readonly agents: readonly AgentSettings[];
  /** Folder that one supervisor owns at a time. */
  readonly storageFolder: string;
  readonly logs: LogSettings;
  /** host:port of the local interface beside its socket; undefined = off. */
  readonly healthcheckListen: string | undefined;
}
