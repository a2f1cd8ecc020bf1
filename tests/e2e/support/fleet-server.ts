import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import {
  AgentDescriptionSchema,
  AvailableComponentsSchema,
  attributesFromKeyValues,
  type ComponentHealth,
  ComponentHealthSchema,
  type ConfigFile,
  type ConnectionSettingsInit,
  ConnectionSettingsOffersSchema,
  ConnectionSettingsStatusSchema,
  CustomCapabilitiesSchema,
  configMapFromMessage,
  create,
  decodeMessage,
  EffectiveConfigSchema,
  encodeMessage,
  encodeRemoteConfig,
  type InstanceUid,
  RemoteConfigStatusSchema,
  remoteConfigHash,
  SERVER_CAPABILITIES,
} from '@drover/opamp';
import {
  type AgentSession,
  type CustomMessageInit,
  createOpampServer,
  type Offers,
} from '@drover/opamp/server';
import { eventually } from './process.ts';

/** By their numbers on the wire. */
const STATUS_NAMES = ['UNSET', 'APPLIED', 'APPLYING', 'FAILED'];

export interface ReportedAgent {
  readonly uid: InstanceUid;
  readonly isConnected: boolean;
  readonly description: Record<string, unknown>;
  readonly health: ComponentHealth | undefined;
  readonly effectiveConfig: string;
  readonly components: readonly string[];
  /** Lower-case hex; empty before it is reported. */
  readonly componentsHash: string;
  readonly capabilities: bigint;
  readonly config:
    | { readonly hash: string; readonly status: string; readonly errorMessage: string }
    | undefined;
}

/** A connection or request that came in. */
export interface Caller {
  readonly headers: IncomingHttpHeaders;
  /** Common name of its client certificate, where that is one of the server's own authority. */
  readonly certificate: string | undefined;
}

/** A fleet server of one agent, in the test's own process: all that the agent reported, and what is offered to it. */
export interface FleetServer extends AsyncDisposable {
  readonly url: string;
  /** Every status of a remote configuration in the order in which they came, as `STATUS hash`. */
  readonly statuses: readonly string[];
  /** Every byte that agents reported, part by part. */
  readonly received: readonly Buffer[];
  /** Every health that was reported. */
  readonly healths: readonly ComponentHealth[];
  readonly agents: readonly ReportedAgent[];
  /** Offers a configuration from now on; its hash. An empty text offers an empty map. */
  offer(text: string, name?: string): string;
  /** The same with several files, by their names. */
  offerFiles(files: Readonly<Record<string, string>>): string;
  restartAgent(): void;
  /** Resolves with the agent as soon as it is as wanted. */
  until(what: string, isSo: (agent: ReportedAgent) => boolean): Promise<ReportedAgent>;
  /** Closes all links and refuses new ones until `comeBack`. */
  goAway(): Promise<void>;
  /** Every status of connection settings in the order in which they came, as `STATUS hash message`. */
  readonly settingsStatuses: readonly string[];
  /** Offers these settings from now on, in every session, as they are; their hash. */
  offerConnection(settings: ConnectionSettingsInit): string;
  /** How many messages came so far, heartbeats included. */
  messages(): number;
  /** Everybody who came in. */
  readonly callers: Caller[];
  /** Ends every connection; who wants to may come back. */
  cutLinks(): void;
  /** Decides who may come in; everybody where it is undefined. */
  accepts: ((caller: Caller) => boolean) | undefined;
  /** Custom messages that came, and the last capabilities that were announced for them. */
  readonly customMessages: readonly { readonly type: string; readonly data: Uint8Array }[];
  readonly customCapabilities: readonly string[];
  sendCustomMessage(message: CustomMessageInit): string;
  /** Is given each signing request; undefined where the server takes none. */
  onCertificateRequest: ((csr: Uint8Array) => void) | undefined;
}

export interface FleetServerOptions {
  /** With TLS; undefined: without. */
  readonly tls?: TlsOptions;
  /** Any free one when left out. */
  readonly port?: number;
  readonly customCapabilities?: readonly string[];
}

export async function startFleetServer(options: FleetServerOptions = {}): Promise<FleetServer> {
  const known = new Map<InstanceUid, AgentSession>();
  const statuses: string[] = [];
  const healths: ComponentHealth[] = [];
  const received: Buffer[] = [];
  const settingsStatuses: string[] = [];
  const callers: Caller[] = [];
  const customMessages: { type: string; data: Uint8Array }[] = [];
  let offers: Offers | undefined;
  let restart = false;
  let connectionOffers = 0;
  const open: Pick<FleetServer, 'accepts' | 'onCertificateRequest'> = {
    accepts: undefined,
    onCertificateRequest: undefined,
  };

  const opamp = createOpampServer({
    // More than an agent takes, so that it can be shown what it does then.
    maxMessageBytes: 32 * 1_024 * 1_024,
    capabilities:
      SERVER_CAPABILITIES.AcceptsStatus |
      SERVER_CAPABILITIES.OffersRemoteConfig |
      SERVER_CAPABILITIES.AcceptsEffectiveConfig |
      SERVER_CAPABILITIES.OffersConnectionSettings |
      SERVER_CAPABILITIES.AcceptsConnectionSettingsRequest,
    ...(options.customCapabilities === undefined ? {} : { customCapabilities: options.customCapabilities }),
    host: {
      accept: ({ headers, tlsSocket }) => {
        const caller = { headers, certificate: certificateOf(tlsSocket) };
        callers.push(caller);
        return open.accepts?.(caller) === false
          ? { kind: 'refuse', status: 401, message: 'not you' }
          : { kind: 'accept' };
      },
      connectionSettingsRequested: (_session, csr) => {
        open.onCertificateRequest?.(csr);
        return undefined;
      },
      customMessage: (_session, { type, data }) => customMessages.push({ type, data: new Uint8Array(data) }),
      connected: (session) => {
        known.set(session.instanceUid, session);
      },
      reported: (session, changed) => {
        known.set(session.instanceUid, session);
        for (const name of changed) received.push(Buffer.from(session.parts[name] ?? []));
        const agent = read(session);
        if (changed.has('remoteConfigStatus') && agent.config)
          statuses.push(`${agent.config.status} ${agent.config.hash}`);
        if (changed.has('health') && agent.health) healths.push(agent.health);
        if (changed.has('connectionSettingsStatus')) settingsStatuses.push(settingsStatus(session));
      },
      offers: () => {
        if (!restart) return offers;
        restart = false;
        return { restart: true };
      },
    },
  });
  const http = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  opamp.attach(http);
  const sockets = new Set<Socket>();
  http.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const agents = () => [...known.values()].map(read);
  const offerFiles = (texts: Readonly<Record<string, string>>) => {
    const encoder = new TextEncoder();
    const files = new Map<string, ConfigFile>(
      Object.entries(texts).map(([name, text]) => [
        name,
        { body: encoder.encode(text), contentType: 'text/yaml' },
      ]),
    );
    const hash = remoteConfigHash(files);
    offers = { ...offers, remoteConfig: encodeRemoteConfig(files, hash) };
    opamp.push(known.keys());
    return Buffer.from(hash).toString('hex');
  };
  const close = async () => {
    await opamp.drain(0);
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  };

  return {
    get accepts() {
      return open.accepts;
    },
    set accepts(decide) {
      open.accepts = decide;
    },
    get onCertificateRequest() {
      return open.onCertificateRequest;
    },
    set onCertificateRequest(callback) {
      open.onCertificateRequest = callback;
    },
    url: `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/v1/opamp`,
    settingsStatuses,
    cutLinks: () => {
      for (const socket of sockets) socket.destroy();
    },
    messages: () => opamp.counters.messagesReceived.websocket + opamp.counters.messagesReceived.http,
    callers,
    customMessages,
    get customCapabilities() {
      const encoded = [...known.values()].at(-1)?.parts.customCapabilities;
      const decoded = encoded && decodeMessage(CustomCapabilitiesSchema, encoded);
      return decoded?.kind === 'message' ? decoded.message.capabilities : [];
    },
    sendCustomMessage(message: CustomMessageInit) {
      const [uid] = known.keys();
      return uid === undefined ? 'not_connected' : opamp.sendCustomMessage(uid, message);
    },
    offerConnection(settings: ConnectionSettingsInit) {
      connectionOffers++;
      const hash = Uint8Array.of(connectionOffers);
      const message = create(ConnectionSettingsOffersSchema, { ...settings, hash });
      offers = { ...offers, connectionSettings: encodeMessage(ConnectionSettingsOffersSchema, message) };
      opamp.push(known.keys());
      return Buffer.from(hash).toString('hex');
    },
    statuses,
    received,
    healths,
    get agents() {
      return agents();
    },
    offer: (text, name = 'main') => offerFiles(text === '' ? {} : { [name]: text }),
    offerFiles,
    restartAgent() {
      restart = true;
      opamp.push(known.keys());
    },
    until(what: string, isSo: (agent: ReportedAgent) => boolean) {
      return eventually(what, () => agents().find(isSo)).catch((error: unknown) => {
        const states = JSON.stringify(
          { statuses: statuses.slice(-12), agents: agents().map(essence) },
          (_key, value) => (typeof value === 'bigint' ? String(value) : value),
          1,
        );
        throw new Error(`${String(error)}; the server knows: ${states.slice(0, 3_000)}`);
      });
    },
    goAway: close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a message about a test that failed has room for. */
function essence({ uid, isConnected, config, health, effectiveConfig }: ReportedAgent) {
  const { healthy, status, lastError } = health ?? {};
  const supervisor = health?.componentHealthMap.supervisor;
  return {
    uid,
    isConnected,
    config,
    health: { healthy, status, lastError },
    supervisor: { status: supervisor?.status, lastError: supervisor?.lastError },
    effectiveConfig: effectiveConfig.slice(0, 1_000),
  };
}

function certificateOf(socket: TLSSocket | undefined): string | undefined {
  const name = socket?.authorized === true ? socket.getPeerCertificate().subject?.CN : undefined;
  return Array.isArray(name) ? name[0] : name;
}

function settingsStatus({ parts }: AgentSession): string {
  const encoded = parts.connectionSettingsStatus;
  const decoded = encoded && decodeMessage(ConnectionSettingsStatusSchema, encoded);
  if (decoded?.kind !== 'message') return 'unreadable';
  const { status, lastConnectionSettingsHash: hash, errorMessage } = decoded.message;
  return `${STATUS_NAMES[status]} ${Buffer.from(hash).toString('hex')} ${errorMessage}`.trim();
}

function read(session: AgentSession): ReportedAgent {
  const { parts } = session;
  const description = parts.description && decodeMessage(AgentDescriptionSchema, parts.description);
  const health = parts.health && decodeMessage(ComponentHealthSchema, parts.health);
  const effective = parts.effectiveConfig && decodeMessage(EffectiveConfigSchema, parts.effectiveConfig);
  const status =
    parts.remoteConfigStatus && decodeMessage(RemoteConfigStatusSchema, parts.remoteConfigStatus);
  const components =
    parts.availableComponents && decodeMessage(AvailableComponentsSchema, parts.availableComponents);
  const files =
    effective?.kind === 'message' && effective.message.configMap
      ? configMapFromMessage(effective.message.configMap)
      : new Map<string, ConfigFile>();
  return {
    uid: session.instanceUid,
    isConnected: session.isConnected,
    capabilities: session.capabilities,
    description:
      description?.kind === 'message'
        ? {
            ...attributesFromKeyValues(description.message.identifyingAttributes),
            ...attributesFromKeyValues(description.message.nonIdentifyingAttributes),
          }
        : {},
    health: health?.kind === 'message' ? health.message : undefined,
    effectiveConfig: [...files.values()].map(({ body }) => new TextDecoder().decode(body)).join('\n'),
    components: components?.kind === 'message' ? Object.keys(components.message.components) : [],
    componentsHash:
      components?.kind === 'message' ? Buffer.from(components.message.hash).toString('hex') : '',
    config:
      status?.kind === 'message' && status.message.lastRemoteConfigHash.length > 0
        ? {
            hash: Buffer.from(status.message.lastRemoteConfigHash).toString('hex'),
            status: STATUS_NAMES[status.message.status] ?? 'unknown',
            errorMessage: status.message.errorMessage,
          }
        : undefined,
  };
}
