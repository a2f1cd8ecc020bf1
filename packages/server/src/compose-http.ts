import type { SelfSetting } from '@drover/api';
import { loadAdminToken } from './admin-token.ts';
import type { InstanceUid } from './agents/agent.ts';
import { agentExportRoutes } from './agents/agent-export-routes.ts';
import { createMatchOf } from './agents/agent-match.ts';
import { agentRoutes } from './agents/agent-routes.ts';
import { subjectOfAgents } from './agents/agent-subject.ts';
import { fleetEventRoutes } from './agents/fleet-event-routes.ts';
import { named } from './audit/audit.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { AuditService } from './audit/audit-service.ts';
import { AuditSql } from './audit/audit-sql.ts';
import { authHook } from './auth/auth-hook.ts';
import { LoginTokens } from './auth/credentials.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { SessionService } from './auth/session-service.ts';
import { createSessionSql } from './auth/session-sql.ts';
import { BulkOwnMetricsService } from './bulk/bulk-own-metrics-service.ts';
import { BulkRestartService } from './bulk/bulk-restart-service.ts';
import { bulkRoutes } from './bulk/bulk-routes.ts';
import { BulkService } from './bulk/bulk-service.ts';
import type { Domain, Foundation } from './compose-domain.ts';
import type { SelfHealthSource } from './compose-self.ts';
import { configDraftRoutes } from './configs/config-draft-routes.ts';
import { configRoutes } from './configs/config-routes.ts';
import { configSecretRoutes } from './configs/config-secret-routes.ts';
import { enrolmentRoutes } from './connections/enrolment-routes.ts';
import { enrolmentTokenRoutes } from './connections/enrolment-token-routes.ts';
import { createHttpApp, type HttpApp } from './http/app.ts';
import { callerHook } from './http/caller-hook.ts';
import { ConsoleFiles } from './http/console-files.ts';
import { consoleRoutes } from './http/console-routes.ts';
import { eventRoutes } from './http/event-routes.ts';
import { idempotency } from './http/idempotency.ts';
import { createIdempotencySql } from './http/idempotency-sql.ts';
import { probeRoutes, selfRoutes } from './http/self-routes.ts';
import { createListener } from './http/tls-listener.ts';
import type { Callers } from './lib/callers.ts';
import { createIds } from './lib/ids.ts';
import { Secret } from './lib/secret.ts';
import type { OpampAdapter } from './opamp/opamp-adapter.ts';
import { configTrialRoutes } from './rollouts/config-trial-routes.ts';
import type { ConfigTrialService } from './rollouts/config-trial-service.ts';
import type { DriftReassertService } from './rollouts/drift-reassert-service.ts';
import { driftRoutes } from './rollouts/drift-routes.ts';
import { FleetDriftService } from './rollouts/fleet-drift-service.ts';
import { historyRoutes } from './rollouts/history-routes.ts';
import { rolloutRoutes } from './rollouts/rollout-routes.ts';
import { wouldRunRoutes } from './rollouts/would-run-routes.ts';
import { componentSchemaRoutes } from './schemas/component-schema-routes.ts';
import { searchRoutes } from './search/search-routes.ts';
import { prepareDataDir } from './storage/data-dir.ts';
import { flowRoutes } from './telemetry/flow-routes.ts';
import { savedViewRoutes } from './views/saved-view-routes.ts';

/** Who changed what; told as live events. */
export function openAudit({ settings, clock, log, storage, hub }: Foundation): AuditService {
  const { keptFor: keptForMs, maxEntries } = settings.audit;
  const audit = new AuditService({ store: new AuditSql(storage), clock, log, keptForMs, maxEntries });
  storage.acts.subscribe((id) => hub.activityAdded(id));
  audit.start();
  return audit;
}

/** Logins: the administrator's token and the console's sessions. */
export async function openAuth({ settings, clock, storage }: Foundation, audit: AuditService) {
  const { adminToken: given, loginTokenTtl, sessionTtl } = settings.auth;
  // With PostgreSQL nothing else has made the folder.
  if (given === undefined) prepareDataDir(settings.dataDir);
  const adminToken = given === undefined ? await loadAdminToken(settings.dataDir) : new Secret(given);
  const loginTokens = new LoginTokens(clock, loginTokenTtl);
  const store = createSessionSql(storage);
  const sessions = new SessionService({
    store,
    clock,
    adminToken,
    loginTokens,
    sessionTtlMs: sessionTtl,
    tell: (what, user) =>
      audit.record({
        author: user,
        kind: `session.${what}`,
        subject: named('session', user),
        detail: '',
      }),
  });
  return { adminToken, loginTokens, sessions };
}

export interface HttpParts {
  readonly auth: Awaited<ReturnType<typeof openAuth>>;
  readonly health: SelfHealthSource;
  readonly shownSettings: readonly SelfSetting[];
  readonly audit: AuditService;
  readonly callers: Callers;
  readonly domain: Domain;
  readonly adapter: OpampAdapter;
  readonly trials: ConfigTrialService;
  readonly reassertion: DriftReassertService;
  readonly opampUrl: () => string;
}

/** The REST interface and the console, which do not listen yet. */
export async function openHttp(
  parts: Foundation,
  { health, shownSettings, auth, audit, callers, domain, adapter, trials, reassertion, opampUrl }: HttpParts,
) {
  const { settings, log, version, clock, storage, metrics, hub } = parts;
  const { sessions, adminToken } = auth;
  const { agents, configs, drafts, secrets, rollouts, drift, tokens, credentials, search } = domain;
  const { pathPrefix, publicUrl, tls } = settings.http;
  const bulkRestarts = new BulkRestartService({
    agents,
    restarter: adapter,
    clock,
    ids: createIds(clock),
    log,
    record: (act) => audit.record(act),
  });
  const consoleFiles = new ConsoleFiles();
  const fleetDrift = new FleetDriftService({
    agents,
    drift,
    reasserter: adapter,
    clock,
    ids: createIds(clock),
    log,
    record: (act) => audit.record(act),
  });
  const matchOf = createMatchOf((text) => search.contentsOf(text));
  const startedAt = new Date(clock.now()).toISOString();
  const { enrolment } = settings.agents;
  const agentSubject = (uid: string) => subjectOfAgents(agents, [uid as InstanceUid]);
  const listener = createListener({
    tls,
    section: 'http',
    requireClientCertificate: tls?.clientCaFile !== undefined,
    log,
    requestTimeoutMs: settings.http.bodyTimeout,
  });
  const app: HttpApp = await createHttpApp({
    log,
    version,
    pathPrefix,
    trustedProxies: settings.http.trustedProxies,
    maxBodyBytes: settings.http.maxBodyBytes,
    bodyTimeoutMs: settings.http.bodyTimeout,
    isSecure: listener.isSecure,
    server: (handler) => listener.server.on('request', handler),
    guard: (api) => {
      authHook(sessions)(api);
      callerHook(callers)(api);
      idempotency({ store: createIdempotencySql(storage), clock, secret: adminToken })(api);
    },
    api: [
      sessionRoutes({
        sessions,
        isSecure: listener.isSecure || publicUrl?.startsWith('https:') === true,
        attemptsPerMinute: settings.http.loginAttemptsPerMinute,
        lastEventId: () => hub.lastEventId,
      }),
      selfRoutes({
        self: () => ({
          version,
          startedAt,
          opampUrl: opampUrl(),
          enrolment,
          database: storage.kind,
          consoleBuild: consoleFiles.build() ?? null,
        }),
        health: () => health.read(),
        settings: shownSettings,
      }),
      agentRoutes({
        agents,
        refresh: (uid) => adapter.touch(uid),
        restart: async (uid, author) => {
          adapter.restart(uid);
          agents.recordEvent(uid as InstanceUid, 'restart_asked', `restart asked for by ${author}`, {
            author,
          });
          await audit.record({ author, kind: 'agents.restarted', subject: agentSubject(uid), detail: '' });
        },
        silentConnections: () => adapter.server.counters.silentConnections,
        matchOf,
      }),
      agentExportRoutes({ agents, matchOf, now: () => clock.now() }),
      bulkRoutes({
        bulk: new BulkService({ agents, log }),
        restarts: bulkRestarts,
        ownMetrics: new BulkOwnMetricsService({
          agents,
          teller: adapter,
          record: (act) => audit.record(act),
        }),
        matchOf,
      }),
      fleetEventRoutes(agents),
      auditRoutes(audit),
      configRoutes(configs, trials),
      configTrialRoutes(trials),
      configDraftRoutes(drafts),
      configSecretRoutes(secrets),
      searchRoutes(search),
      savedViewRoutes(domain.views),
      componentSchemaRoutes(domain.componentSchemas),
      wouldRunRoutes(domain.wouldRun),
      historyRoutes(domain.history),
      rolloutRoutes(rollouts),
      flowRoutes({
        flow: domain.flow,
        requireAgent: (uid) => agents.get(uid),
        offerOf: (uid) => adapter.ownMetrics(uid),
        retry: async (uid, author) => {
          adapter.retryOwnMetrics(uid);
          const subject = agentSubject(uid);
          await audit.record({ author, kind: 'agents.own_metrics_retried', subject, detail: '' });
        },
      }),
      driftRoutes({
        drift,
        policy: reassertion,
        fleet: fleetDrift,
        reassert: async (uid, author) => {
          adapter.reassert(uid);
          agents.recordEvent(uid as InstanceUid, 'config_assigned', `re-asserted by ${author}`, { author });
          await audit.record({ author, kind: 'agents.reasserted', subject: agentSubject(uid), detail: '' });
        },
      }),
      enrolmentTokenRoutes(tokens),
      enrolmentRoutes({ agents, enrolment: domain.enrolment, credentials }),
      eventRoutes({ hub, maxStreams: settings.http.maxEventStreams, onCut: metrics.eventStreamCut }),
    ],
    root: [
      probeRoutes({
        checkReady: () => storage.ping(),
        metrics: async () => ({
          contentType: metrics.registry.contentType,
          text: await metrics.registry.metrics(),
        }),
        isMetricsPublic: settings.http.metrics.public,
      }),
      consoleRoutes({ pathPrefix, files: consoleFiles }),
    ],
    observe: metrics.httpServed,
    refused: metrics.httpRefused,
  });
  await app.fastify.ready();
  return { app, listener, bulkRestarts, fleetDrift };
}
