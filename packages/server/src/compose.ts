import { randomBytes } from 'node:crypto';
import type { SelfSetting } from '@drover/api';
import type { Logger } from 'pino';
import { ownAct } from './audit/audit.ts';
import { type Domain, type Foundation, openDomain } from './compose-domain.ts';
import { openAudit, openAuth, openHttp } from './compose-http.ts';
import { OPAMP_PATH, openAuthority, openOpamp, openReassertion } from './compose-opamp.ts';
import { openSelfHealth } from './compose-self.ts';
import { openConfigTrials } from './compose-trials.ts';
import type { Grant, Links } from './connections/grant.ts';
import { EventsHub } from './http/events-hub.ts';
import { closeServer, listen, urlOf } from './http/listen.ts';
import { Callers } from './lib/callers.ts';
import { systemClock } from './lib/clock.ts';
import { type Undo, undoAll } from './lib/undo.ts';
import type { OpampAdapter } from './opamp/opamp-adapter.ts';
import type { Settings } from './settings.ts';
import { openDatabase } from './storage/open-database.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { RecentDurations } from './telemetry/recent-durations.ts';

export interface ControlPlaneOptions {
  readonly settings: Settings;
  /** The settings for people. */
  readonly shownSettings?: readonly SelfSetting[];
  readonly log: Logger;
  readonly version: string;
  /** Links are closed spread over this, so that the agents do not all come back at once; 2 s. */
  readonly drainMs?: number;
}

/** A control plane that listens. */
export interface ControlPlane {
  readonly opampUrl: string;
  readonly httpUrl: string;
  /** Logs an operator in once. */
  readonly loginUrl: string;
  reloadCertificates(): void;
  /** Stops accepting, closes every link, writes what is in memory. Safe twice. */
  stop(): Promise<void>;
}

const DRAIN_MS = 2000;
const CLOSE_GRACE_MS = 1000;

/** Constructs and wires everything, and resolves when both addresses listen. Rejects with a StartError or StorageError. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { settings } = options;
  const clock = systemClock;
  const hub = new EventsHub({ epoch: randomBytes(6).toString('hex') });
  let sources: { readonly domain: Domain; readonly adapter: OpampAdapter } | undefined;
  const metrics = createMetrics({
    agents: () => sources?.domain.agents.stats().state ?? {},
    enrolment: () => sources?.domain.agents.stats().enrolment ?? {},
    opamp: () => sources?.adapter.server.counters,
    eventStreams: () => hub.streams,
  });
  const callers = new Callers();
  const writes = new RecentDurations();
  const { url } = settings.database;
  const storage = await openDatabase(
    url === undefined ? { kind: 'sqlite', dataDir: settings.dataDir } : { kind: 'postgres', url },
    {
      wrote: (durationMs) => {
        metrics.storageWrote(durationMs);
        writes.add(durationMs);
      },
      address: callers.address,
      now: () => clock.now(),
    },
  );
  const undo: Undo[] = [() => storage.close()];
  try {
    const parts: Foundation = { ...options, clock, storage, metrics, hub };
    const audit = openAudit(parts);
    undo.push(async () => audit.stop());
    const auth = await openAuth(parts, audit);
    const authority = await openAuthority(parts);
    const links: Links = {
      grantOf: (uid) => sources?.adapter.grantOf(uid),
      end: (uid, reason) => sources?.adapter.server.disconnect(uid, reason) ?? false,
      endGranted: async (matches, reason) =>
        (await sources?.adapter.server.disconnectGranted((grant) => matches(grant as Grant), reason)) ?? 0,
    };
    const domain = await openDomain(parts, links, authority);
    undo.push(async () => {
      domain.drift.stop();
      await domain.rollouts.stop();
      await domain.agents.stop();
      await domain.searchable.stop();
      await domain.componentSets.stop();
      await domain.credentials.stop();
      await domain.tokens.stop();
    });
    const { adapter, listener: opampListener } = openOpamp(parts, domain, authority);
    sources = { domain, adapter };
    undo.push(async () => {
      // Who comes now is refused by the system and tries again soon: a 503 would keep it away for half a minute.
      const drainMs = options.drainMs ?? DRAIN_MS;
      const closed = closeServer(opampListener.server, drainMs + CLOSE_GRACE_MS);
      await adapter.stop(drainMs);
      await closed;
      opampListener.dispose();
    });
    const reassertion = openReassertion(parts, domain, adapter, audit);
    undo.push(async () => reassertion.stop());
    const trials = await openConfigTrials(parts, domain, adapter);
    undo.push(async () => trials.stop());
    let opampUrl = '';
    const health = openSelfHealth(parts, domain, adapter, writes);
    undo.push(async () => health.stop());
    const {
      app,
      listener: httpListener,
      bulkRestarts,
      fleetDrift,
    } = await openHttp(parts, {
      health,
      shownSettings: options.shownSettings ?? [],
      auth,
      audit,
      callers,
      domain,
      adapter,
      trials,
      reassertion,
      opampUrl: () => opampUrl,
    });
    undo.push(async () => {
      app.beginStop();
      const closed = closeServer(httpListener.server, CLOSE_GRACE_MS);
      await app.fastify.close();
      bulkRestarts.stop();
      fleetDrift.stop();
      await closed;
      httpListener.dispose();
    });
    const opampPort = await listen(opampListener.server, settings.opamp.listen, 'opamp.listen');
    const httpPort = await listen(httpListener.server, settings.http.listen, 'http.listen');
    const opampScheme = opampListener.isSecure ? 'wss' : 'ws';
    const listening = urlOf(opampScheme, settings.opamp.listen, opampPort, OPAMP_PATH);
    opampUrl = settings.opamp.publicUrl?.replace(/^http/, 'ws') ?? listening;
    const httpScheme = httpListener.isSecure ? 'https' : 'http';
    const httpUrl = urlOf(httpScheme, settings.http.listen, httpPort, settings.http.pathPrefix);
    const consoleUrl = settings.http.publicUrl ?? httpUrl;
    audit.note(
      ownAct({
        kind: 'server.started',
        subject: { kind: 'server', id: '', name: 'drover-server' },
        detail: `version ${options.version}`,
      }),
    );
    let stopped: Promise<void> | undefined;
    return {
      opampUrl: listening,
      httpUrl,
      loginUrl: `${consoleUrl}/login?token=${auth.loginTokens.issue()}`,
      reloadCertificates: () => {
        opampListener.reload();
        httpListener.reload();
      },
      stop: () => {
        stopped ??= undoAll(undo);
        return stopped;
      },
    };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}
