import { isDeepStrictEqual } from 'node:util';
import type {
  AgentCapabilityName,
  AvailableComponents,
  ComponentHealth,
  ConfigFile,
  InstanceUid,
} from '@drover/opamp';
import {
  type AgentDescriptionInit,
  type ClientStateStore,
  type CustomMessageInit,
  type CustomMessageOutcome,
  createOpampClient,
  type OfferedConnectionSettings,
  type OpampClient,
  OpampError,
  type RemoteConfigStatusInit,
} from '@drover/opamp/client';
import type { Offer } from '../agent/agent-queue.ts';
import type { Logger } from '../logs/logger.ts';
import { certificateRenewal } from './certificate-renewal.ts';
import { maskedHealth } from './masked-files.ts';
import { reportPacer } from './report-pacer.ts';
import type { LinkListener } from './server-link-monitor.ts';
import type { ServerWay } from './server-way.ts';

/** What is larger ends the link before it is read; what is larger than a configuration may be is refused by name. */
const MAX_MESSAGE_BYTES = 16 * 1_024 * 1_024;

/** What the fleet server is to know now. */
export interface AgentReport {
  readonly description: AgentDescriptionInit;
  readonly health: ComponentHealth;
  readonly components: AvailableComponents | undefined;
  readonly effectiveConfig: ReadonlyMap<string, ConfigFile> | undefined;
  /** Capabilities of custom messages that the agent understands. */
  readonly customCapabilities: readonly string[];
}

export interface FleetLinkOptions {
  readonly way: ServerWay;
  /** Where what the server offers of connection settings is kept. */
  readonly connectionStore: ClientStateStore;
  readonly capabilities: readonly AgentCapabilityName[];
  readonly instanceUid: InstanceUid;
  readonly remoteConfigStatus: RemoteConfigStatusInit | undefined;
  /** Asked whenever something is reported. */
  readonly report: () => AgentReport;
  readonly onOffer: (offer: Offer) => void;
  readonly onRestartCommand: () => void;
  readonly onNewInstanceUid: (uid: InstanceUid) => void;
  /** Rejects where the destinations are not used; the server is told why. */
  readonly onOwnTelemetry: (offered: OfferedConnectionSettings) => Promise<void>;
  /** The server offers settings of the link itself; the client sees to them. */
  readonly onConnectionSettings: () => void;
  readonly onCustomMessage: (message: CustomMessageInit) => void;
  /** The server said which custom messages it understands. */
  readonly onCustomCapabilities: (capabilities: readonly string[]) => void;
  /** Is told how the link fares. */
  readonly monitor: LinkListener;
  /** Every word of a health or an error goes through it. */
  readonly mask: (text: string) => string;
  readonly logger: Logger;
}

/** The agent's link to the fleet server. */
export interface FleetLink {
  readonly isConnected: boolean;
  start(): void;
  /** Something of the report changed; it is sent when a burst of changes is over. */
  touch(): void;
  /** What changed is sent now. */
  flush(): void;
  setRemoteConfigStatus(status: RemoteConfigStatusInit): void;
  sendCustomMessage(message: CustomMessageInit): CustomMessageOutcome;
  stop(): Promise<void>;
}

export function fleetLink(options: FleetLinkOptions): FleetLink {
  const { way, monitor, logger, capabilities, mask } = options;
  const report = () => {
    const unmasked = options.report();
    return { ...unmasked, health: maskedHealth(unmasked.health, mask) };
  };
  const withoutSecrets = (status: RemoteConfigStatusInit) => ({
    ...status,
    errorMessage: mask(status.errorMessage ?? ''),
  });
  const first = report();
  let sent = first;
  let attempts = 0;
  let errors = 0;

  const client: OpampClient = createOpampClient({
    maxMessageBytes: MAX_MESSAGE_BYTES,
    ...way.clientOptions,
    stateStore: options.connectionStore,
    instanceUid: options.instanceUid,
    capabilities,
    description: first.description,
    health: first.health,
    ...(options.remoteConfigStatus === undefined
      ? {}
      : { remoteConfigStatus: withoutSecrets(options.remoteConfigStatus) }),
    ...(first.components === undefined ? {} : { availableComponents: first.components }),
    effectiveConfig: () => sent.effectiveConfig,
    customCapabilities: first.customCapabilities,
    onCustomMessage: options.onCustomMessage,
    onMessage: ({ customCapabilities, connectionSettings }) => {
      if (customCapabilities !== undefined) options.onCustomCapabilities(customCapabilities.capabilities);
      if (connectionSettings?.opamp === undefined) return;
      options.onConnectionSettings();
      way.offered(connectionSettings.opamp.destinationEndpoint);
    },
    onConnect: () => {
      attempts = 0;
      renewal?.check();
      monitor.connected(client.url);
      logger.info({ server: client.url }, 'connected to the server');
    },
    onConnectFailed: (error, retryInMs) => {
      attempts++;
      monitor.failed(error.message);
      way.failed(error);
      // A server that is away for days must not fill the log.
      const level = Number.isInteger(Math.log2(attempts)) ? 'warn' : 'debug';
      logger[level](
        { server: client.url, attempts, retryInMs, err: error.message },
        'the server cannot be reached',
      );
    },
    onDisconnect: () => {
      monitor.disconnected();
      logger.warn({ server: client.url }, 'the link to the server is gone');
    },
    onConnectionSettings: (offered) =>
      options.onOwnTelemetry(offered).catch((error: Error) => {
        throw new Error(mask(error.message));
      }),
    onOpampConnectionSettings: (url) =>
      logger.info({ server: url }, 'connection settings that the server offered are in use'),
    onOpampSettingsGivenUp: (url) =>
      logger.warn(
        { server: url },
        'connection settings that a server offered did not lead to it for long; those of the settings file are in use',
      ),
    onRemoteConfig: ({ hash, files }) =>
      options.onOffer({
        hash: Buffer.from(hash).toString('hex'),
        // Bodies are views on the receive buffer.
        files:
          files &&
          new Map([...files].map(([name, file]) => [name, { ...file, body: new Uint8Array(file.body) }])),
      }),
    onRestartCommand: options.onRestartCommand,
    onNewInstanceUid: (uid) => {
      options.onNewInstanceUid(uid);
      renewal?.check();
    },
    onError: (error) => {
      if (error instanceof OpampError && error.code === 'settings_failed') {
        logger.warn({ err: error.message }, 'settings that the server offered are not used');
        return;
      }
      errors++;
      // A server that sends nothing but garbage must not fill the log either.
      const level = Number.isInteger(Math.log2(errors)) ? 'warn' : 'debug';
      logger[level]({ err: error.message, errors }, 'the server refused a message or sent a bad one');
    },
  });

  const renewal = way.settings.requestsCertificate
    ? certificateRenewal({ client, store: options.connectionStore, now: Date.now, logger })
    : undefined;

  const send = () => {
    const now = report();
    const before = sent;
    sent = now;
    if (!isDeepStrictEqual(now.description, before.description)) client.setDescription(now.description);
    if (!isSameHealth(now.health, before.health)) client.setHealth(now.health);
    if (!isDeepStrictEqual(now.customCapabilities, before.customCapabilities))
      client.setCustomCapabilities(now.customCapabilities);
    if (now.effectiveConfig !== before.effectiveConfig) client.effectiveConfigChanged();
    if (now.components !== undefined && now.components !== before.components)
      client.setAvailableComponents(now.components);
  };
  const pacer = reportPacer(send);

  return {
    get isConnected() {
      return client.isConnected;
    },
    start: () => client.start(),
    touch: () => pacer.touch(),
    flush: () => pacer.flush(),
    sendCustomMessage: (message) => client.sendCustomMessage(message),
    setRemoteConfigStatus: (status) => client.setRemoteConfigStatus(withoutSecrets(status)),
    async stop() {
      pacer.close();
      renewal?.close();
      await client.stop();
    },
  };
}

/** The time of a report alone is no news. */
function isSameHealth(a: ComponentHealth, b: ComponentHealth): boolean {
  return isDeepStrictEqual({ ...a, statusTimeUnixNano: 0n }, { ...b, statusTimeUnixNano: 0n });
}
