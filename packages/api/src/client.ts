import type { ActivityEntry, ActivityFilter, FleetEventListQuery, FleetEventPage } from './activity.ts';
import type { AgentExportQuery } from './agent-export.ts';
import type {
  AgentGroup,
  AgentGroupQuery,
  AgentKeyList,
  AgentKeyQuery,
  AgentValueList,
  AgentValueQuery,
} from './agent-terms.ts';
import type {
  Agent,
  AgentCommand,
  AgentEvent,
  AgentEventKind,
  AgentFilter,
  AgentPatch,
  AgentSummary,
  Stats,
} from './agents.ts';
import type {
  BulkForget,
  BulkForgetResult,
  BulkLabel,
  BulkOwnMetrics,
  BulkRestart,
  BulkRestartResult,
  BulkResult,
  RestartRun,
} from './bulk.ts';
import type {
  ComponentSchemaSummary,
  ComponentSchemasDocument,
  ComponentSchemasPut,
  ComponentSchemaTargets,
} from './component-schemas.ts';
import type { ConfigTrialAgents, ConfigTrialAgentsQuery } from './config-trials.ts';
import type {
  Config,
  ConfigDetail,
  ConfigDraft,
  ConfigDraftPut,
  ConfigDraftSummary,
  ConfigPut,
  ConfigPutResult,
  ConfigValidate,
  ConfigValidateResult,
  Revision,
  RevisionSummary,
} from './configs.ts';
import type {
  AgentSelection,
  Credential,
  CredentialState,
  EnrolmentAct,
  EnrolmentResult,
} from './credentials.ts';
import type {
  AgentDrift,
  DriftAgent,
  DriftGroupPage,
  IntendedConfig,
  ReassertResult,
  ReassertRun,
  ReassertSelection,
} from './drift.ts';
import type { AgentFlow } from './flow.ts';
import type { AgentConfigEntry, ConfigHistoryEntry } from './history.ts';
import type { Page } from './page.ts';
import type { Problem } from './problem.ts';
import type { RolloutEventList, RolloutReasonList, RolloutReasonQuery } from './rollout-board.ts';
import type {
  Rollout,
  RolloutAgent,
  RolloutAgentState,
  RolloutCreate,
  RolloutPreview,
  RolloutState,
} from './rollouts.ts';

export type RolloutAction = 'pause' | 'resume' | 'approve' | 'retry' | 'abort' | 'rollback';

import type { SavedView, SavedViewPut } from './saved-views.ts';
import type { SearchPage, SearchQuery } from './search.ts';
import type { Secret, SecretPut } from './secrets.ts';
import type { SelfHealth, SelfSetting } from './self.ts';
import type { EnrolmentToken, EnrolmentTokenCreate, EnrolmentTokenCreated, Self, Session } from './system.ts';
import type { WouldRun, WouldRunQuery } from './would-run.ts';

/** An answer that is not 2xx. `problem` is undefined where the body was no problem document (a proxy, say). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined, what: string) {
    super(problem ? `${what}: ${problem.detail || problem.title}` : `${what}: HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }

  /** The stable code of the problem, or `http_<status>`. */
  get code(): string {
    return this.problem?.code ?? `http_${this.status}`;
  }
}

export interface ApiClientOptions {
  /** Where the interface is served, e.g. `http://127.0.0.1:4321` or, in a browser, '' or a path prefix. */
  readonly baseUrl: string;
  /** Bearer token; left out where a session cookie serves. */
  readonly token?: string;
  /** Asked for each write when a session cookie serves. */
  readonly csrfToken?: () => string | undefined;
  readonly fetch?: typeof fetch;
}

interface CallOptions {
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly sort?: string;
}

type Send = (method: string, path: string, options?: CallOptions) => Promise<Response>;
type Call = <T>(method: string, path: string, options?: CallOptions) => Promise<T>;

function queryText(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    parameters.set(key, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'code' in body ? (body as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function createSend(options: ApiClientOptions): Send {
  const doFetch = options.fetch ?? fetch;
  const base = options.baseUrl.replace(/\/+$/, '');
  return async (method, path, call = {}) => {
    const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    const csrf = method === 'GET' ? undefined : options.csrfToken?.();
    if (csrf !== undefined) headers['x-csrf-token'] = csrf;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const response = await doFetch(`${base}/api/v1${path}${queryText(call.query)}`, {
      method,
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    if (!response.ok) throw new ApiError(response.status, await problemOf(response), `${method} ${path}`);
    return response;
  };
}

function createCall(send: Send): Call {
  return async <T>(method: string, path: string, options?: CallOptions): Promise<T> => {
    const response = await send(method, path, options);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
}

/** Where a file with the agents is served, below where the interface is. */
export function agentExportPath(query: AgentExportQuery): string {
  return `/api/v1/agents/export${queryText(query)}`;
}

const segment = encodeURIComponent;

function matching(hash: string | null | undefined): Record<string, string> | undefined {
  if (hash === undefined) return undefined;
  return hash === null ? { 'if-none-match': '*' } : { 'if-match': `"${hash}"` };
}

/** Every call of the REST interface, typed. A failed call throws `ApiError`; a network failure throws what fetch throws. */
export function createApiClient(options: ApiClientOptions) {
  const send = createSend(options);
  const call = createCall(send);
  return {
    self: (signal?: AbortSignal) => call<Self>('GET', '/self', { signal }),
    /** The settings that hold, and where each comes from. */
    selfSettings: (signal?: AbortSignal) =>
      call<{ items: SelfSetting[] }>('GET', '/self/settings', { signal }),
    selfHealth: (signal?: AbortSignal) => call<SelfHealth>('GET', '/self/health', { signal }),
    login: (token: string) => call<Session>('POST', '/session', { body: { token } }),
    session: (signal?: AbortSignal) => call<Session>('GET', '/session', { signal }),
    logout: () => call<void>('DELETE', '/session'),
    stats: (filter?: AgentFilter, signal?: AbortSignal) =>
      call<Stats>('GET', '/stats', { query: filter, signal }),

    listAgents: (
      query?: AgentFilter & PageQuery & { readonly attributes?: readonly string[] },
      signal?: AbortSignal,
    ) => call<Page<AgentSummary>>('GET', '/agents', { query, signal }),
    /** Keys of labels and attributes, for completion. */
    agentKeys: (query?: AgentKeyQuery, signal?: AbortSignal) =>
      call<AgentKeyList>('GET', '/agents/keys', { query, signal }),
    agentValues: (query: AgentValueQuery, signal?: AbortSignal) =>
      call<AgentValueList>('GET', '/agents/values', { query, signal }),
    agentGroups: (query: AgentFilter & PageQuery & Pick<AgentGroupQuery, 'by'>, signal?: AbortSignal) =>
      call<Page<AgentGroup>>('GET', '/agents/groups', { query, signal }),
    /** All that the filters leave, to be read from the answer's body as it comes. */
    exportAgents: (query?: AgentExportQuery, signal?: AbortSignal) =>
      send('GET', '/agents/export', { query, signal }),
    getAgent: (uid: string, signal?: AbortSignal) =>
      call<Agent>('GET', `/agents/${segment(uid)}`, { signal }),
    patchAgent: (uid: string, patch: AgentPatch) =>
      call<Agent>('PATCH', `/agents/${segment(uid)}`, { body: patch }),
    /** Each act on many agents takes what its preview takes; `atMost` is how many were counted. */
    previewLabels: (body: BulkLabel, signal?: AbortSignal) =>
      call<BulkResult>('POST', '/agents/label/preview', { body, signal }),
    labelAgents: (body: BulkLabel) => call<BulkResult>('POST', '/agents/label', { body }),
    previewForget: (body: BulkForget, signal?: AbortSignal) =>
      call<BulkForgetResult>('POST', '/agents/forget/preview', { body, signal }),
    forgetAgents: (body: BulkForget) => call<BulkForgetResult>('POST', '/agents/forget', { body }),
    previewRestart: (body: BulkRestart, signal?: AbortSignal) =>
      call<BulkRestartResult>('POST', '/agents/restart/preview', { body, signal }),
    restartAgents: (body: BulkRestart) => call<BulkRestartResult>('POST', '/agents/restart', { body }),
    /** Restarts of many agents, newest first. */
    listRestartRuns: (signal?: AbortSignal) => call<Page<RestartRun>>('GET', '/agent-restarts', { signal }),
    stopRestartRun: (id: string) => call<RestartRun>('POST', `/agent-restarts/${segment(id)}/stop`),
    forgetAgent: (uid: string) => call<void>('DELETE', `/agents/${segment(uid)}`),
    commandAgent: (uid: string, command: AgentCommand) =>
      call<void>('POST', `/agents/${segment(uid)}/commands`, { body: command }),
    /** What flows through it, as its own metrics say. */
    agentFlow: (uid: string, signal?: AbortSignal) =>
      call<AgentFlow>('GET', `/agents/${segment(uid)}/flow`, { signal }),
    /** Tells the agent once more where to send its own metrics, after it failed on that. */
    retryOwnMetrics: (uid: string) => call<void>('POST', `/agents/${segment(uid)}/own-metrics/retry`),
    previewOwnMetricsRetry: (body: BulkOwnMetrics, signal?: AbortSignal) =>
      call<BulkResult>('POST', '/agents/own-metrics/retry/preview', { body, signal }),
    /** As `retryOwnMetrics`, for the agents of a selection that failed on it. */
    retryAllOwnMetrics: (body: BulkOwnMetrics) =>
      call<BulkResult>('POST', '/agents/own-metrics/retry', { body }),
    agentDrift: (uid: string, signal?: AbortSignal) =>
      call<AgentDrift>('GET', `/agents/${segment(uid)}/drift`, { signal }),
    intendedConfig: (uid: string, signal?: AbortSignal) =>
      call<IntendedConfig>('GET', `/agents/${segment(uid)}/intended-config`, { signal }),
    /** Offers the agent what it is to run once more, and has it restart where it can. */
    reassertAgent: (uid: string) => call<void>('POST', `/agents/${segment(uid)}/reassert`),
    /** In what agents drift, the same difference once. */
    listDrift: (query?: PageQuery & { selector?: string }, signal?: AbortSignal) =>
      call<DriftGroupPage>('GET', '/drift', { query, signal }),
    driftAgents: (query?: PageQuery & { selector?: string; path?: string }, signal?: AbortSignal) =>
      call<Page<DriftAgent>>('GET', '/drift/agents', { query, signal }),
    previewReassert: (selection: ReassertSelection, signal?: AbortSignal) =>
      call<ReassertResult>('POST', '/agents/reassert/preview', { body: selection, signal }),
    /** As `reassertAgent`, for the agents of a selection that drift. */
    reassertAgents: (selection: ReassertSelection) =>
      call<ReassertResult>('POST', '/agents/reassert', { body: selection }),
    /** Those of `reassertAgents` that are under way or ended lately, newest first. */
    listReasserts: (signal?: AbortSignal) => call<Page<ReassertRun>>('GET', '/agent-reasserts', { signal }),
    /** Those whose turn has not come are not asked. */
    stopReassert: (id: string) => call<ReassertRun>('POST', `/agent-reasserts/${segment(id)}/stop`),
    agentEvents: (
      uid: string,
      query?: PageQuery & { kind?: readonly AgentEventKind[] },
      signal?: AbortSignal,
    ) => call<Page<AgentEvent>>('GET', `/agents/${segment(uid)}/events`, { query, signal }),
    /** The stacks that the agent was given, newest first, and what became of each. */
    agentConfigHistory: (uid: string, query?: PageQuery, signal?: AbortSignal) =>
      call<Page<AgentConfigEntry>>('GET', `/agents/${segment(uid)}/config-history`, { query, signal }),

    /** Views of the fleet that operators share, by name. */
    listViews: (query?: PageQuery, signal?: AbortSignal) =>
      call<Page<SavedView>>('GET', '/views', { query, signal }),
    putView: (name: string, view: SavedViewPut) =>
      call<SavedView>('PUT', `/views/${segment(name)}`, { body: view }),
    deleteView: (name: string) => call<void>('DELETE', `/views/${segment(name)}`),

    /** One agent; `decideEnrolment` for several. */
    approveAgent: (uid: string) => call<Agent>('POST', `/agents/${segment(uid)}/approve`),
    rejectAgent: (uid: string) => call<Agent>('POST', `/agents/${segment(uid)}/reject`),
    /** Takes all credentials from the agent and shuts it out until it is approved again. */
    revokeAgent: (uid: string) => call<void>('DELETE', `/agents/${segment(uid)}/credentials`),
    previewEnrolment: (act: EnrolmentAct, selection: AgentSelection, signal?: AbortSignal) =>
      call<EnrolmentResult>('POST', `/agents/${act}/preview`, { body: selection, signal }),
    decideEnrolment: (act: EnrolmentAct, selection: AgentSelection) =>
      call<EnrolmentResult>('POST', `/agents/${act}`, { body: selection }),
    agentCredentials: (uid: string, query?: PageQuery, signal?: AbortSignal) =>
      call<Page<Credential>>('GET', `/agents/${segment(uid)}/credentials`, { query, signal }),
    rotateCredential: (uid: string) => call<Credential>('POST', `/agents/${segment(uid)}/credentials/rotate`),
    deleteCredential: (uid: string, id: string) =>
      call<void>('DELETE', `/agents/${segment(uid)}/credentials/${segment(id)}`),
    listCredentials: (query?: PageQuery & { state?: CredentialState }, signal?: AbortSignal) =>
      call<Page<Credential>>('GET', '/credentials', { query, signal }),

    /** Who changed what, newest first. */
    listActivity: (query?: ActivityFilter & Omit<PageQuery, 'sort'>, signal?: AbortSignal) =>
      call<Page<ActivityEntry>>('GET', '/activity', { query, signal }),
    /** What happened to all agents, newest first. */
    listAgentEvents: (query?: Partial<FleetEventListQuery>, signal?: AbortSignal) =>
      call<FleetEventPage>('GET', '/agent-events', { query, signal }),

    listConfigs: (query?: PageQuery, signal?: AbortSignal) =>
      call<Page<Config>>('GET', '/configs', { query, signal }),
    getConfig: (name: string, signal?: AbortSignal) =>
      call<ConfigDetail>('GET', `/configs/${segment(name)}`, { signal }),
    /** `ifMatch` is the hash of the revision that was edited; 412 where another is newest by now. */
    putConfig: (name: string, body: ConfigPut, ifMatch?: string) =>
      call<ConfigPutResult>('PUT', `/configs/${segment(name)}`, { body, headers: matching(ifMatch) }),
    deleteConfig: (name: string) => call<void>('DELETE', `/configs/${segment(name)}`),
    listRevisions: (name: string, query?: PageQuery, signal?: AbortSignal) =>
      call<Page<RevisionSummary>>('GET', `/configs/${segment(name)}/revisions`, { query, signal }),
    getRevision: (name: string, number: number, signal?: AbortSignal) =>
      call<Revision>('GET', `/configs/${segment(name)}/revisions/${number}`, { signal }),
    /** Revisions and rollouts of the configuration, newest first. */
    configHistory: (
      name: string,
      query?: PageQuery & { kind?: ConfigHistoryEntry['kind'] },
      signal?: AbortSignal,
    ) => call<Page<ConfigHistoryEntry>>('GET', `/configs/${segment(name)}/history`, { query, signal }),
    listConfigDrafts: (query?: PageQuery & { name?: string }, signal?: AbortSignal) =>
      call<Page<ConfigDraftSummary>>('GET', '/config-drafts', { query, signal }),
    getConfigDraft: (name: string, signal?: AbortSignal) =>
      call<ConfigDraft>('GET', `/configs/${segment(name)}/draft`, { signal }),
    /** `ifMatch` is the hash of the draft that was edited, null where there was none; 412 where somebody saved another meanwhile. */
    putConfigDraft: (name: string, body: ConfigDraftPut, ifMatch?: string | null) =>
      call<ConfigDraft>('PUT', `/configs/${segment(name)}/draft`, { body, headers: matching(ifMatch) }),
    deleteConfigDraft: (name: string) => call<void>('DELETE', `/configs/${segment(name)}/draft`),
    validateConfig: (body: ConfigValidate, signal?: AbortSignal) =>
      call<ConfigValidateResult>('POST', '/configs/validate', { body, signal }),
    /** Whom a configuration can be checked with: `with` of `validateConfig`. */
    configTrialAgents: (body: ConfigTrialAgentsQuery, signal?: AbortSignal) =>
      call<ConfigTrialAgents>('POST', '/configs/validate/agents', { body, signal }),

    /** What an agent would run of a target; changes nothing. */
    wouldRun: (uid: string, body: WouldRunQuery, signal?: AbortSignal) =>
      call<WouldRun>('POST', `/agents/${segment(uid)}/would-run`, { body, signal }),
    /** Refused with `invalid_search` where the search does not parse. */
    search: (query: SearchQuery, signal?: AbortSignal) =>
      call<SearchPage>('GET', '/search', { query, signal }),

    listComponentSchemas: (query?: PageQuery, signal?: AbortSignal) =>
      call<Page<ComponentSchemaSummary>>('GET', '/component-schemas', { query, signal }),
    /** What the agents that match report to be, and which schemas serve for them. */
    componentSchemasFor: (selector: string, signal?: AbortSignal) =>
      call<ComponentSchemaTargets>('GET', `/component-schemas/for?selector=${segment(selector)}`, { signal }),
    getComponentSchemas: (distribution: string, version: string, signal?: AbortSignal) =>
      call<ComponentSchemasDocument>(
        'GET',
        `/component-schemas/${segment(distribution)}/${segment(version)}`,
        {
          signal,
        },
      ),
    putComponentSchemas: (distribution: string, version: string, body: ComponentSchemasPut) =>
      call<ComponentSchemaSummary>('PUT', `/component-schemas/${segment(distribution)}/${segment(version)}`, {
        body,
      }),
    deleteComponentSchemas: (distribution: string, version: string) =>
      call<void>('DELETE', `/component-schemas/${segment(distribution)}/${segment(version)}`),

    listSecrets: (query?: PageQuery, signal?: AbortSignal) =>
      call<Page<Secret>>('GET', '/secrets', { query, signal }),
    putSecret: (name: string, body: SecretPut) => call<Secret>('PUT', `/secrets/${segment(name)}`, { body }),
    deleteSecret: (name: string) => call<void>('DELETE', `/secrets/${segment(name)}`),

    listRollouts: (query?: PageQuery & { state?: RolloutState; config?: string }, signal?: AbortSignal) =>
      call<Page<Rollout>>('GET', '/rollouts', { query, signal }),
    getRollout: (id: string, signal?: AbortSignal) =>
      call<Rollout>('GET', `/rollouts/${segment(id)}`, { signal }),
    rolloutAgents: (
      id: string,
      query?: PageQuery & { state?: RolloutAgentState; wave?: number },
      signal?: AbortSignal,
    ) => call<Page<RolloutAgent>>('GET', `/rollouts/${segment(id)}/agents`, { query, signal }),
    /** Its failed agents, or those of another state, by the reason. */
    rolloutReasons: (id: string, query?: RolloutReasonQuery, signal?: AbortSignal) =>
      call<RolloutReasonList>('GET', `/rollouts/${segment(id)}/reasons`, { query, signal }),
    /** What happened to it, newest first. */
    rolloutEvents: (id: string, signal?: AbortSignal) =>
      call<RolloutEventList>('GET', `/rollouts/${segment(id)}/events`, { signal }),
    /** The same `idempotencyKey` within 24 hours is answered as the first time. */
    createRollout: (body: RolloutCreate, idempotencyKey?: string) =>
      call<Rollout>('POST', '/rollouts', {
        body,
        headers: idempotencyKey === undefined ? undefined : { 'idempotency-key': idempotencyKey },
      }),
    previewRollout: (body: RolloutCreate, signal?: AbortSignal) =>
      call<RolloutPreview>('POST', '/rollouts/preview', { body, signal }),
    actOnRollout: (id: string, act: RolloutAction) =>
      call<Rollout>('POST', `/rollouts/${segment(id)}/${act}`),

    listEnrolmentTokens: (query?: PageQuery, signal?: AbortSignal) =>
      call<Page<EnrolmentToken>>('GET', '/enrolment-tokens', { query, signal }),
    getEnrolmentToken: (id: string, signal?: AbortSignal) =>
      call<EnrolmentToken>('GET', `/enrolment-tokens/${segment(id)}`, { signal }),
    createEnrolmentToken: (body: EnrolmentTokenCreate) =>
      call<EnrolmentTokenCreated>('POST', '/enrolment-tokens', { body }),
    deleteEnrolmentToken: (id: string) => call<void>('DELETE', `/enrolment-tokens/${segment(id)}`),
  };
}

export type ApiClient = ReturnType<typeof createApiClient>;
