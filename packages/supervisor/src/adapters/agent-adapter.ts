import type {
  Attributes,
  AvailableComponents,
  ComponentHealth,
  ConfigFile,
  InstanceUid,
} from '@drover/opamp';
import type { CustomMessageInit } from '@drover/opamp/client';
import type { FlowReading } from '../flow/data-check.ts';
import type { CustomChannel } from '../link/custom-relay.ts';
import type { OwnTelemetry } from '../own-telemetry/destination.ts';
import type { AgentKind } from '../settings/settings.ts';
import type { RemoteConfig } from '../storage/agent-state.ts';
import type { ComposedFile, ConfigPlace } from '../storage/config-folder.ts';
import type { LocalLinkError } from '../telemetry/agent-metrics.ts';
import type { LearnedPrograms } from './program-facts.ts';

/** What a program is, learned without running it as an agent. */
export interface AgentFacts {
  readonly name: string;
  /** Undefined where the program cannot be asked for it. */
  readonly version: string | undefined;
  readonly components: AvailableComponents | undefined;
}

export type Inspection =
  | { readonly kind: 'facts'; readonly facts: AgentFacts }
  | { readonly kind: 'unusable'; readonly message: string };

/** How a running agent and its supervisor reach one another; the same for all the agent's life. */
export interface LocalAddress {
  /** Where the supervisor listens for the agent; 0 = nowhere. */
  readonly port: number;
  readonly token: string;
  /** Where the agent itself answers its supervisor on the loopback address; 0 = nowhere. */
  readonly probePort: number;
}

export interface ComposeInput {
  readonly instanceUid: InstanceUid;
  /** Undefined: the local configuration alone. */
  readonly remote: RemoteConfig | undefined;
  /** A process of the agent runs now: what it is reached by stays. */
  readonly isRunning: boolean;
  /** Only to be asked about: what the adapter keeps of the composition that is in force does not change. */
  readonly isTrial: boolean;
  /** The fallback configuration, in the place of every other. */
  readonly usesFallback: boolean;
  /** Where the agent's own telemetry is to go, beside where its configuration says. */
  readonly ownTelemetry: OwnTelemetry;
}

export interface ComposedConfig {
  readonly kind: 'composed';
  readonly files: readonly ComposedFile[];
  /** Name of the one of them that the program is pointed at. */
  readonly main: string;
  /** Files that those name, such as certificates and their keys; nobody is shown them. */
  readonly companions: readonly ComposedFile[];
  /** Why the own telemetry that is wanted was left out; undefined where it was not. */
  readonly ownTelemetryRefusal: string | undefined;
  /** Differs whenever what runs would differ. */
  readonly inputsHash: string;
  /** Differs whenever a running process cannot take this composition up by `reload`, and has to be started anew. */
  readonly launchHash: string;
}

export type Composition =
  | ComposedConfig
  /** There is no configuration to run yet, and that is no failure. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly message: string }
  /** The host's policy does not let the remote configuration run. */
  | { readonly kind: 'forbidden'; readonly message: string };

export type Validation = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly message: string };

/** How the program is started. */
export interface LaunchCommand {
  readonly executable: string;
  readonly args: readonly string[];
  /** Added to the environment that every agent gets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ObservedProcess {
  readonly pid: number;
  readonly startedAtMs: number;
}

export type ReloadResult =
  /** The process says that it has taken its files up; how it fares with them is still to be observed. */
  { readonly kind: 'reloaded' } | { readonly kind: 'failed'; readonly message: string };

/** What a running agent says of itself. */
export interface AgentObserver {
  onHealth(health: ComponentHealth): void;
  onDescription(description: { readonly identifying: Attributes; readonly nonIdentifying: Attributes }): void;
  onEffectiveConfig(files: ReadonlyMap<string, ConfigFile>): void;
  /** The agent can be heard, or cannot be heard any more. */
  onLink(isUp: boolean): void;
  /** Capabilities of custom messages that the agent understands; a new list replaces the one before. */
  onCustomCapabilities(capabilities: readonly string[]): void;
  onCustomMessage(message: CustomMessageInit): void;
  /** Somebody who is not the agent spoke in its place, or the agent made no sense. */
  onLinkError(error: LocalLinkError): void;
}

/**
 * All that differs between kinds of agents. The rest of the supervisor knows no kind: it composes, validates, starts,
 * observes, reloads and stops through this. One adapter serves one agent.
 */
export interface AgentAdapter {
  readonly kind: AgentKind;
  /** Where the files of a composition are put for the process to read. */
  readonly place: ConfigPlace;
  /** Asks the process to end in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Program identity and inventory; a program that was seen before is not run for it. */
  inspect(): Promise<Inspection>;
  /** Prepares to hear the agent, at the former address where there is one and it is free. Called once, before anything below. */
  open(former: LocalAddress | undefined, observer: AgentObserver): Promise<void>;
  /** What a process that is launched now will be reached by. */
  readonly address: LocalAddress;
  compose(input: ComposeInput): Promise<Composition>;
  /** False where the program cannot be asked about a configuration: `validate` finds every one valid. */
  readonly canValidate: boolean;
  /** Asks the program itself whether it would run the files that stand at `place`, which is not the process's own. */
  validate(place: ConfigPlace): Promise<Validation>;
  /** Makes the program run the files at its own place. */
  launchCommand(): LaunchCommand;
  /** What was said so far was said by an earlier process: called when a process ends, and before each start. */
  forgetProcess(): void;
  /** A process runs, just launched or adopted: from now on it is observed, until `forgetProcess`. */
  observe(process: ObservedProcess): void;
  /** Makes the running process take up this composition, whose files were just put in their place; undefined where this kind cannot, or is not to. What the process said before is not believed any more. */
  readonly reload: ((pid: number, composition: ComposedConfig) => Promise<ReloadResult>) | undefined;
  /** For custom messages between the server and the running agent; undefined where this kind has none. */
  readonly custom: CustomChannel | undefined;
  /** Counts what flows through the running agent, by its own metrics; undefined where this kind cannot be asked, or is not to be. */
  readonly readFlow?: () => Promise<FlowReading>;
  /** The agent's own words for why it ended, out of its output; empty where it gave none. */
  errorIn(output: string): string;
  close(): Promise<void>;
}

export interface AdapterOptions {
  /** The uid that holds now; a server may change it. */
  readonly instanceUid: () => InstanceUid;
  /** The environment that every program starts from. */
  readonly env: NodeJS.ProcessEnv;
  /** What the agents of this supervisor have learned of their programs. */
  readonly programs: LearnedPrograms;
}
