import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AgentDescriptionSchema,
  attributesFromKeyValues,
  ComponentHealthSchema,
  CustomCapabilitiesSchema,
  configMapFromMessage,
  decodeMessage,
  EffectiveConfigSchema,
  type InstanceUid,
  SERVER_CAPABILITIES,
} from '@drover/opamp';
import { type AgentSession, createOpampServer, type PartName } from '@drover/opamp/server';
import type { AgentObserver, LocalAddress } from '../adapters/agent-adapter.ts';
import type { CustomChannel } from './custom-relay.ts';
import { limitStrangers } from './limit-strangers.ts';

const PING_INTERVAL_MS = 5_000;
const DRAIN_WINDOW_MS = 0;
/** One agent speaks here; a second link exists only while the first one of a hung process is being replaced. */
const MAX_LINKS = 16;
/** Sockets of whoever has not shown the token. */
const MAX_STRANGERS = 16;

/** The header by which an agent says on which composition it runs. */
export const MARK_HEADER = 'X-Drover-Config';

/** The loopback OpAMP server that one agent's opamp extension speaks to. */
export interface LocalEndpoint {
  readonly address: Pick<LocalAddress, 'port' | 'token'>;
  /** Parts reported so far belong to a process that is gone: only a new link is believed. */
  forgetProcess(): void;
  /** The agent is about to take up the composition with this mark: what it says on a link that it opened before is not believed any more. */
  expectMark(mark: string): void;
  /** For custom messages to the agent. */
  readonly custom: CustomChannel;
  close(): Promise<void>;
}

export interface LocalEndpointOptions {
  /** Tried first; any free port where it is taken. 0 = any free one. */
  readonly port: number;
  readonly token: string;
  /** Asked for each message: only the agent with this uid is believed. */
  readonly instanceUid: () => InstanceUid;
  readonly observer: AgentObserver;
}

export async function openLocalEndpoint(options: LocalEndpointOptions): Promise<LocalEndpoint> {
  const { observer } = options;
  const expected = Buffer.from(`Bearer ${options.token}`);
  // Set from a link's beginning to its end, so that what a dead process still had in its socket is not believed.
  let speaker: AgentSession | undefined;
  // Undefined: whatever the process was started on.
  let expectedMark: string | undefined;
  let lastMark: string | undefined;

  const isExpected = (session: AgentSession) =>
    session.instanceUid === options.instanceUid() &&
    (expectedMark === undefined || session.grant === expectedMark);

  const report = (session: AgentSession, changed: ReadonlySet<PartName>) => {
    if (!isExpected(session) || speaker !== session) return;
    const { parts } = session;
    if (changed.has('description') && parts.description) {
      const decoded = decodeMessage(AgentDescriptionSchema, parts.description);
      if (decoded.kind === 'message') {
        observer.onDescription({
          identifying: attributesFromKeyValues(decoded.message.identifyingAttributes),
          nonIdentifying: attributesFromKeyValues(decoded.message.nonIdentifyingAttributes),
        });
      }
    }
    if (changed.has('effectiveConfig') && parts.effectiveConfig) {
      const decoded = decodeMessage(EffectiveConfigSchema, parts.effectiveConfig.slice());
      if (decoded.kind === 'message' && decoded.message.configMap) {
        observer.onEffectiveConfig(configMapFromMessage(decoded.message.configMap));
      }
    }
    if (changed.has('customCapabilities') && parts.customCapabilities) {
      const decoded = decodeMessage(CustomCapabilitiesSchema, parts.customCapabilities);
      if (decoded.kind === 'message') observer.onCustomCapabilities(decoded.message.capabilities);
    }
    if (changed.has('health') && parts.health) {
      const decoded = decodeMessage(ComponentHealthSchema, parts.health);
      if (decoded.kind === 'message') observer.onHealth(decoded.message);
    }
  };

  const http = createServer();
  const strangers = limitStrangers(http, MAX_STRANGERS);
  const opamp = createOpampServer({
    capabilities: SERVER_CAPABILITIES.AcceptsStatus | SERVER_CAPABILITIES.AcceptsEffectiveConfig,
    pingIntervalMs: PING_INTERVAL_MS,
    maxConnections: MAX_LINKS + MAX_STRANGERS,
    // What the fleet server understands is its own matter.
    takesAnyCustomMessage: true,
    host: {
      accept: ({ headers, remotePort }) => {
        const given = Buffer.from(headers.authorization ?? '');
        const isKnown = given.length === expected.length && timingSafeEqual(given, expected);
        if (!isKnown) return { kind: 'refuse', status: 401, message: 'not the agent of this supervisor' };
        strangers.know(remotePort);
        const mark = String(headers[MARK_HEADER.toLowerCase()] ?? '');
        // What was said on the composition before must not stand in for what is not said on this one.
        if (mark === expectedMark && lastMark !== mark) opamp.forget(options.instanceUid());
        lastMark = mark;
        return { kind: 'accept', grant: mark };
      },
      connected: (session) => {
        if (!isExpected(session)) {
          if (session.instanceUid !== options.instanceUid()) observer.onLinkError('foreign_uid');
          return;
        }
        speaker = session;
        observer.onLink(true);
      },
      reported: report,
      customMessage: (session, { capability, type, data }) => {
        if (isExpected(session) && speaker === session) observer.onCustomMessage({ capability, type, data });
      },
      problem: ({ code }) => {
        // The extension does that, and it is no error.
        if (code !== 'unannounced_part') observer.onLinkError(code);
      },
      disconnected: (session, reason) => {
        // The link of an earlier process may be seen to end only after that of the next one has begun.
        if (session !== speaker || reason === 'replaced') return;
        speaker = undefined;
        observer.onLink(false);
      },
    },
  });

  opamp.attach(http);
  const port = await listen(http, options.port);
  return {
    address: { port, token: options.token },
    forgetProcess() {
      speaker = undefined;
      expectedMark = undefined;
      opamp.forget(options.instanceUid());
    },
    expectMark(mark) {
      speaker = undefined;
      expectedMark = mark;
      // A link that was opened on this very composition may be older than the reload.
      if (lastMark === mark) opamp.forget(options.instanceUid());
    },
    custom: {
      announce: (capabilities) => opamp.setCustomCapabilities(capabilities),
      send: (message) =>
        speaker === undefined ? 'not_connected' : opamp.sendCustomMessage(speaker.instanceUid, message),
    },
    async close() {
      await opamp.drain(DRAIN_WINDOW_MS);
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

async function listen(http: ReturnType<typeof createServer>, preferredPort: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(port, '127.0.0.1', () => {
        http.off('error', reject);
        resolve();
      });
    });
  try {
    await tryPort(preferredPort);
  } catch (error) {
    if (preferredPort === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await tryPort(0);
  }
  return (http.address() as AddressInfo).port;
}
