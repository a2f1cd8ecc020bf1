import type { Logger } from 'pino';
import { AgentService } from './agents/agent-service.ts';
import { AgentSql } from './agents/agent-sql.ts';
import { createComponentSetSql } from './agents/component-set-sql.ts';
import { ComponentSets } from './agents/component-sets.ts';
import { bundledComponentSchemas } from './bundled-component-schemas.ts';
import { ConfigDraftService } from './configs/config-draft-service.ts';
import { ConfigSecretService } from './configs/config-secret-service.ts';
import { ConfigSecretSql } from './configs/config-secret-sql.ts';
import { ConfigService } from './configs/config-service.ts';
import { ConfigSql } from './configs/config-sql.ts';
import type { CertificateAuthority } from './connections/certificate-authority.ts';
import { CredentialService } from './connections/credential-service.ts';
import { CredentialSql } from './connections/credential-sql.ts';
import { EnrolmentService } from './connections/enrolment-service.ts';
import { EnrolmentTokenService } from './connections/enrolment-token-service.ts';
import { EnrolmentTokenSql } from './connections/enrolment-token-sql.ts';
import type { Links } from './connections/grant.ts';
import type { EventsHub } from './http/events-hub.ts';
import type { Clock } from './lib/clock.ts';
import { errorText } from './lib/errors.ts';
import { createIds } from './lib/ids.ts';
import { encodeCertificateOffer, encodeCredentialOffer } from './opamp/credential-offer.ts';
import { ReportDecoder } from './opamp/decode-report.ts';
import { componentNames, componentsHash, effectiveBodies, viewOfParts } from './opamp/decode-view.ts';
import { AgentHistorySql } from './rollouts/agent-history-sql.ts';
import { DriftService } from './rollouts/drift-service.ts';
import { HistoryService } from './rollouts/history-service.ts';
import { RolloutService } from './rollouts/rollout-service.ts';
import { RolloutSql } from './rollouts/rollout-sql.ts';
import { WouldRunService } from './rollouts/would-run-service.ts';
import { ComponentSchemaService } from './schemas/component-schema-service.ts';
import { ComponentSchemaSql } from './schemas/component-schema-sql.ts';
import { FieldCheckService } from './schemas/field-check-service.ts';
import { RevisionSearch } from './search/revision-search.ts';
import { SearchService } from './search/search-service.ts';
import { SearchableThread } from './searchable-thread.ts';
import { loadSecretKey } from './secret-key.ts';
import type { Settings } from './settings.ts';
import { prepareDataDir } from './storage/data-dir.ts';
import type { Db } from './storage/open-database.ts';
import { FlowBook } from './telemetry/flow-book.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { OwnMetricsTokens } from './telemetry/own-metrics-tokens.ts';
import { SavedViewService } from './views/saved-view-service.ts';
import { SavedViewSql } from './views/saved-view-sql.ts';

/** What is there before anything else. */
export interface Foundation {
  readonly settings: Settings;
  readonly log: Logger;
  readonly version: string;
  readonly clock: Clock;
  readonly storage: Db;
  readonly metrics: Metrics;
  readonly hub: EventsHub;
}

/** The services of the domain, loaded, and their changes told to the live events. */
export async function openDomain(
  { settings, log, clock, storage, hub }: Foundation,
  links: Links,
  authority: CertificateAuthority | undefined,
) {
  const { staleAfter, forgetAfter, eventsKept, enrolment: mode, heartbeatInterval } = settings.agents;
  const componentSets = new ComponentSets({ store: createComponentSetSql(storage), clock, log });
  const reports = new ReportDecoder();
  const searchable = new SearchableThread();
  const agents = new AgentService({
    store: new AgentSql(storage),
    clock,
    log,
    settings: { staleAfterMs: staleAfter, forgetAfterMs: forgetAfter, eventsKept },
    decoder: {
      attributes: (description) => reports.attributes(description),
      view: viewOfParts,
      componentNames,
      componentsHash,
      effectiveBodies,
    },
    componentSets,
    readText: (text, options) => searchable.read(text, options),
  });
  const componentSchemas = new ComponentSchemaService({
    store: new ComponentSchemaSql(storage),
    agents,
    clock,
    log,
    bundled: bundledComponentSchemas(),
  });
  const configStore = new ConfigSql(storage);
  const maxBodyBytes = settings.configs.maxBytes;
  const configs = new ConfigService({
    store: configStore,
    agents,
    clock,
    fields: new FieldCheckService(componentSchemas),
    maxBodyBytes,
  });
  const drafts = new ConfigDraftService({ store: configStore, clock, maxBodyBytes });
  const ids = createIds(clock);
  prepareDataDir(settings.dataDir);
  const key = await loadSecretKey(settings.dataDir, settings.secrets.keyFile);
  const secrets = new ConfigSecretService({
    store: new ConfigSecretSql(storage),
    clock,
    log,
    key,
    uses: () => rollouts.secretUses(),
  });
  const flow = new FlowBook(clock);
  const ownMetricsTokens = new OwnMetricsTokens(key);
  agents.facts.subscribe((fact) => {
    if (fact.kind === 'removed') flow.forget(fact.record.uid);
  });
  const rollouts: RolloutService = new RolloutService({
    store: new RolloutSql(storage, 'config'),
    historyStore: new AgentHistorySql(storage, 'config'),
    agents,
    configs,
    secrets,
    clock,
    ids,
    log,
    applyDeadlineMs: settings.rollouts.applyDeadline,
    flow,
  });
  const tokens = new EnrolmentTokenService({
    agents,
    store: new EnrolmentTokenSql(storage),
    clock,
    ids,
    log,
  });
  const { issue, expireAfter } = settings.agents.credentials;
  const credentials = new CredentialService({
    agents,
    links,
    store: new CredentialSql(storage),
    clock,
    ids,
    log,
    issue: mode === 'token' || mode === 'approval' ? issue : 'none',
    expireAfterMs: expireAfter,
    forgetAfterMs: forgetAfter,
    certification: authority && {
      lifeMs: settings.agents.certificates.expireAfter,
      judge: (csr, uid) => authority.judge(csr, uid),
      issue: (publicKey, uid, nowMs, lifeMs) => authority.issue(publicKey, uid, nowMs, lifeMs),
      encode: (endpoint, cert) => encodeCertificateOffer(endpoint, cert, authority.cert, heartbeatInterval),
    },
    encode: (endpoint, token) => encodeCredentialOffer(endpoint, token, heartbeatInterval),
  });
  const enrolment = new EnrolmentService({ agents, credentials, tokens, links, clock, log });
  const drift = new DriftService({ agents, clock, log, layersOf: (uid) => rollouts.desired.layersOf(uid) });
  const search = new SearchService({
    agents,
    revisions: new RevisionSearch(configStore, (text, options) => searchable.read(text, options)),
  });
  const views = new SavedViewService({ store: new SavedViewSql(storage), clock, log });
  const wouldRun = new WouldRunService({ agents, configs, rollouts });
  const history = new HistoryService({ agents, configs, rollouts });
  await componentSets.start();
  await agents.start();
  await componentSchemas.start();
  await secrets.start();
  await rollouts.start();
  drift.start();
  await tokens.start();
  await credentials.start();
  await views.start();
  agents.changes.subscribe(({ kind, uids }) =>
    kind === 'removed' ? hub.agentsRemoved(uids) : hub.agentsChanged(uids),
  );
  configs.changes.subscribe((name) => hub.publish({ type: 'config.changed', name }));
  secrets.changes.subscribe((name) => {
    hub.publish({ type: 'secret.changed', name });
    rollouts.secretChanged(name).catch((error: unknown) => {
      log.error({ secret: name, error: errorText(error) }, 'agents were not given the new value of a secret');
    });
  });
  const draftChanged = (name: string) => hub.publish({ type: 'config_draft.changed', name });
  drafts.changes.subscribe(draftChanged);
  configs.draftEnds.subscribe(draftChanged);
  rollouts.changes.subscribe((id) => hub.rolloutChanged(id));
  views.changes.subscribe((name) => hub.publish({ type: 'view.changed', name }));
  tokens.changes.subscribe((id) => hub.publish({ type: 'enrolment_token.changed', id }));
  return {
    agents,
    reports,
    componentSets,
    componentSchemas,
    configs,
    drafts,
    secrets,
    rollouts,
    drift,
    flow,
    ownMetricsTokens,
    tokens,
    credentials,
    enrolment,
    search,
    searchable,
    views,
    wouldRun,
    history,
  };
}
export type Domain = Awaited<ReturnType<typeof openDomain>>;
