import type { AuditService } from './audit/audit-service.ts';
import type { Domain, Foundation } from './compose-domain.ts';
import { ownMetricsSource } from './compose-own-metrics.ts';
import { AdmissionService } from './connections/admission-service.ts';
import type { CertificateAuthority } from './connections/certificate-authority.ts';
import type { Grant } from './connections/grant.ts';
import { createListener } from './http/tls-listener.ts';
import { createAccept } from './opamp/enrolment.ts';
import { limitsOf } from './opamp/limits.ts';
import { OpampAdapter } from './opamp/opamp-adapter.ts';
import { otlpEndpoint } from './opamp/otlp-endpoint.ts';
import { DriftReassertService } from './rollouts/drift-reassert-service.ts';
import { prepareDataDir } from './storage/data-dir.ts';

export const OPAMP_PATH = '/v1/opamp';
/** Agents poll every 30 s by default: on one connection, without a TLS handshake for each poll. */
const OPAMP_KEEP_ALIVE_MS = 75_000;

/** Loaded only where it is wanted: it brings a library along. */
export async function openAuthority({
  settings,
  clock,
}: Foundation): Promise<CertificateAuthority | undefined> {
  const { issue, caCertFile, caKeyFile } = settings.agents.certificates;
  if (!issue) return undefined;
  const { dataDir } = settings;
  prepareDataDir(dataDir);
  const { loadAuthority } = await import('./certificate-authority-files.ts');
  return loadAuthority({ dataDir, certFile: caCertFile, keyFile: caKeyFile, nowMs: clock.now() });
}

/** The OpAMP endpoint, which does not listen yet. */
export function openOpamp(
  { settings, log, clock, metrics }: Foundation,
  { agents, reports, componentSets, rollouts, flow, ownMetricsTokens, tokens, credentials }: Domain,
  authority: CertificateAuthority | undefined,
) {
  const { opamp } = settings;
  const { enrolment: mode, maxPending } = settings.agents;
  const admission = new AdmissionService({ agents, tokens, credentials, maxPending });
  const accept = createAccept({
    mode,
    publicUrl: opamp.publicUrl,
    path: OPAMP_PATH,
    verifyToken: (text) => tokens.verify(text),
    verifyCredential: (text) => credentials.verify(text),
    authority: authority && {
      commonName: authority.commonName,
      verify: (fingerprint) => credentials.verifyCertificate(fingerprint),
    },
  });
  const adapter = new OpampAdapter({
    agents,
    reports,
    componentSets,
    desired: {
      desiredConfig: (uid) => rollouts.desired.desiredConfig(uid),
      isRetry: (uid) => rollouts.desired.isRetry(uid),
      isToTryAgain: (uid) => rollouts.desired.isToTryAgain(uid),
      secretTexts: (uid) => rollouts.desired.secretTexts(uid),
      configOffered: (uid, hash) => rollouts.configOffered(uid, hash),
    },
    credentials,
    ownMetrics: ownMetricsSource({
      settings,
      opampPath: OPAMP_PATH,
      tokens: ownMetricsTokens,
      agents,
      flow,
      clock,
    }),
    accept,
    takesCertificateRequests: authority !== undefined,
    admit: (uid, grant) => admission.refusal(uid, grant),
    clock,
    log,
    path: OPAMP_PATH,
    pollIntervalMs: settings.agents.heartbeatInterval,
    ...limitsOf(settings),
    offered: metrics.offered,
  });
  rollouts.desired.changes.subscribe((uids) => adapter.push(uids));
  credentials.offers.subscribe((uids) => adapter.push(uids));
  const listener = createListener({
    tls: opamp.tls,
    section: 'opamp',
    requireClientCertificate: false,
    extraClientCa: authority?.cert,
    log,
    keepAliveMs: OPAMP_KEEP_ALIVE_MS,
  });
  listener.server.on(
    'request',
    otlpEndpoint({
      flow,
      tokens: ownMetricsTokens,
      accept,
      refusal: (uid, grant) => admission.refusal(uid, grant as Grant)?.message,
      record: (uid) => agents.record(uid),
      maxBodyBytes: opamp.maxMessageBytes,
      bodyTimeoutMs: opamp.bodyTimeout,
      took: metrics.ownMetricsTaken,
      dropped: metrics.ownMetricsDropped,
    }),
  );
  adapter.server.attach(listener.server);
  return { adapter, listener };
}

/** What policy does about agents that drift, by the way to them. */
export function openReassertion(
  { settings, clock, log }: Foundation,
  { agents, drift, rollouts }: Domain,
  reasserter: OpampAdapter,
  audit: AuditService,
): DriftReassertService {
  const { reassert: policy, reassertAfter, reassertTries: tries, reassertPerSecond } = settings.drift;
  return new DriftReassertService({
    agents,
    drift,
    reasserter,
    policyOf: (id) => rollouts.origin(id)?.strategy.reassert,
    settings: { policy, afterMs: reassertAfter, tries, maxAgentsPerSecond: reassertPerSecond },
    clock,
    log,
    note: (act) => audit.note(act),
  });
}
