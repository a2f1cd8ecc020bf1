import type {
  ConnectionState,
  CredentialKind,
  CredentialState,
  DriftState,
  EnrolmentState,
  HealthState,
  RolloutAgentState,
  RolloutState,
  SyncState,
} from '@drover/api';
import type { AgentFilterText } from './data/agent-filter.ts';
import { EVENT_GROUPS, type EventGroup } from './data/event-groups.ts';
import { oneOf, someOf, textParam, wholeParam, wordsParam } from './search-params.ts';

/** What each page keeps in the address bar, so that a link shows a colleague the same. */
type Raw = Readonly<Record<string, unknown>>;

const CONNECTION_STATES: readonly ConnectionState[] = ['connected', 'stale', 'disconnected'];
const HEALTH_STATES: readonly HealthState[] = ['healthy', 'unhealthy', 'unknown'];
const SYNC_STATES: readonly SyncState[] = ['in_sync', 'pending', 'failed', 'none'];
const DRIFT_STATES: readonly DriftState[] = ['none', 'drifted', 'unknown'];
const ENROLMENT_STATES: readonly EnrolmentState[] = ['approved', 'pending', 'rejected', 'revoked'];
const CREDENTIAL_KINDS: readonly CredentialKind[] = [
  'own',
  'offered',
  'failed',
  'shared',
  'certificate',
  'none',
];
const CREDENTIAL_STATES: readonly CredentialState[] = ['active', 'offered', 'due', 'failed'];
const AGENT_STATES: readonly RolloutAgentState[] = [
  'pending',
  'offered',
  'applied',
  'failed',
  'skipped',
  'superseded',
];

export const AGENT_TABS = ['overview', 'configuration', 'history', 'connection', 'timeline'] as const;
export type AgentTab = (typeof AGENT_TABS)[number];
export const CONFIG_TABS = ['editor', 'revisions', 'agents', 'rollouts', 'history'] as const;
export type ConfigTab = (typeof CONFIG_TABS)[number];

export const ACTIVITY_TABS = ['changes', 'agents'] as const;
export type ActivityTab = (typeof ACTIVITY_TABS)[number];
export const ACTIVITY_AGES = ['1h', '24h', '7d', '30d'] as const;
export type ActivityAge = (typeof ACTIVITY_AGES)[number];

export interface ActivitySearch {
  readonly tab?: ActivityTab | undefined;
  readonly q?: string | undefined;
  /** Kinds: of activity by what they begin with (`rollout`), of events as they are. */
  readonly kind?: string | undefined;
  readonly author?: string | undefined;
  /** `config:edge`, or `config` for all of them. */
  readonly subject?: string | undefined;
  readonly age?: ActivityAge | undefined;
  readonly selector?: string | undefined;
  readonly uid?: string | undefined;
}

export function activitySearch(raw: Raw): ActivitySearch {
  return {
    tab: oneOf(raw.tab, ACTIVITY_TABS),
    q: textParam(raw.q),
    kind: textParam(raw.kind),
    author: textParam(raw.author),
    subject: textParam(raw.subject),
    age: oneOf(raw.age, ACTIVITY_AGES),
    selector: textParam(raw.selector),
    uid: textParam(raw.uid),
  };
}

export const SETTINGS_TABS = ['server', 'settings', 'access', 'schemas'] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

export interface SettingsSearch {
  readonly tab?: SettingsTab | undefined;
  readonly q?: string | undefined;
  /** Only those that somebody set. */
  readonly set?: 'only' | undefined;
}

export function settingsSearch(raw: Raw): SettingsSearch {
  return {
    tab: oneOf(raw.tab, SETTINGS_TABS),
    q: textParam(raw.q),
    set: oneOf(raw.set, ['only'] as const),
  };
}

export interface LoginSearch {
  readonly token?: string | undefined;
  readonly next?: string | undefined;
}

export function loginSearch(raw: Raw): LoginSearch {
  return { token: textParam(raw.token), next: textParam(raw.next) };
}

export interface FleetSearchParams extends AgentFilterText {
  readonly sort?: string | undefined;
  /** Columns of the table in their order, where they are not the usual ones. */
  readonly cols?: readonly string[] | undefined;
  /** A key: the table shows groups of agents by it. */
  readonly by?: string | undefined;
}

export function fleetSearch(raw: Raw): FleetSearchParams {
  return {
    q: textParam(raw.q),
    state: someOf(raw.state, CONNECTION_STATES),
    health: someOf(raw.health, HEALTH_STATES),
    sync: someOf(raw.sync, SYNC_STATES),
    drift: someOf(raw.drift, DRIFT_STATES),
    enrolment: someOf(raw.enrolment, ENROLMENT_STATES),
    credential: someOf(raw.credential, CREDENTIAL_KINDS),
    enrolmentToken: textParam(raw.enrolmentToken),
    type: textParam(raw.type),
    version: textParam(raw.version),
    config: textParam(raw.config),
    runs: textParam(raw.runs),
    effective: textParam(raw.effective),
    selector: textParam(raw.selector),
    sort: textParam(raw.sort),
    cols: wordsParam(raw.cols),
    by: textParam(raw.by),
  };
}

export const SEARCH_PLACES = ['all', 'configs', 'effective'] as const;
export type SearchPlace = (typeof SEARCH_PLACES)[number];

export interface SearchPageSearch {
  readonly q?: string | undefined;
  readonly in?: SearchPlace | undefined;
  /** All revisions of configurations, not only the newest. */
  readonly revisions?: 'all' | undefined;
  readonly selector?: string | undefined;
}

export function searchPageSearch(raw: Raw): SearchPageSearch {
  return {
    q: textParam(raw.q),
    in: oneOf(raw.in, SEARCH_PLACES),
    revisions: oneOf(raw.revisions, ['all'] as const),
    selector: textParam(raw.selector),
  };
}

export interface WouldRunSearch {
  /** Configurations in order, as `base@3,site`. */
  readonly stack?: string | undefined;
  /** One configuration that takes its own place in the agent's stack, as `base@3`; in the place of `stack`. */
  readonly layer?: string | undefined;
}

export function wouldRunSearch(raw: Raw): WouldRunSearch {
  return { stack: textParam(raw.stack), layer: textParam(raw.layer) };
}

/** Three words for three things: what is meant, what arrived, what runs. */
export const CONFIG_SIDES = ['intended', 'delivered', 'effective'] as const;
export type ConfigSide = (typeof CONFIG_SIDES)[number];

export interface AgentSearch {
  readonly tab?: AgentTab | undefined;
  /** What is compared with what. */
  readonly from?: ConfigSide | undefined;
  readonly to?: ConfigSide | undefined;
  /** Of the timeline. */
  readonly events?: EventGroup | undefined;
}

export function agentSearch(raw: Raw): AgentSearch {
  return {
    tab: oneOf(raw.tab, AGENT_TABS),
    from: oneOf(raw.from, CONFIG_SIDES),
    to: oneOf(raw.to, CONFIG_SIDES),
    events: oneOf(raw.events, EVENT_GROUPS),
  };
}

export interface DriftSearch {
  readonly selector?: string | undefined;
  /** Where agents drift: of a difference. */
  readonly path?: string | undefined;
}

export function driftSearch(raw: Raw): DriftSearch {
  return { selector: textParam(raw.selector), path: textParam(raw.path) };
}

export const CONNECTIONS_TABS = ['waiting', 'tokens', 'credentials'] as const;
export type ConnectionsTab = (typeof CONNECTIONS_TABS)[number];

export interface ConnectionsSearch {
  readonly tab?: ConnectionsTab | undefined;
  /** Of the credentials. */
  readonly state?: CredentialState | undefined;
  readonly sort?: string | undefined;
}

export function connectionsSearch(raw: Raw): ConnectionsSearch {
  return {
    tab: oneOf(raw.tab, CONNECTIONS_TABS),
    state: oneOf(raw.state, CREDENTIAL_STATES),
    sort: textParam(raw.sort),
  };
}

export const CONFIGS_TABS = ['configs', 'drafts', 'secrets'] as const;
export type ConfigsTab = (typeof CONFIGS_TABS)[number];

export interface ConfigsSearch {
  readonly tab?: ConfigsTab | undefined;
}

export function configsSearch(raw: Raw): ConfigsSearch {
  return { tab: oneOf(raw.tab, CONFIGS_TABS) };
}

export interface NewConfigSearch {
  /** Name of a draft on the server that is gone on with. */
  readonly draft?: string | undefined;
}

export function newConfigSearch(raw: Raw): NewConfigSearch {
  return { draft: textParam(raw.draft) };
}

export interface ConfigSearch {
  readonly tab?: ConfigTab | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Where to look in the revision that is shown. */
  readonly line?: number | undefined;
  /** What the text in the editor is compared with: `r3`, `agent`, or an agent's instance uid. */
  readonly compare?: string | undefined;
}

export function configSearch(raw: Raw): ConfigSearch {
  return {
    tab: oneOf(raw.tab, CONFIG_TABS),
    from: wholeParam(raw.from),
    to: wholeParam(raw.to),
    line: wholeParam(raw.line),
    compare: textParam(raw.compare),
  };
}

export interface NewRolloutSearch {
  readonly config?: string | undefined;
  readonly revision?: number | undefined;
  /** It takes its own place in each stack that holds it. */
  readonly replaces?: 'layer' | undefined;
  readonly selector?: string | undefined;
  /** Several layers in order, `base@3,site`, in place of `config` and `revision`. */
  readonly stack?: string | undefined;
  /** The preview is made at once. */
  readonly preview?: 'now' | undefined;
}

export function newRolloutSearch(raw: Raw): NewRolloutSearch {
  return {
    config: textParam(raw.config),
    revision: wholeParam(raw.revision),
    replaces: raw.replaces === 'layer' ? 'layer' : undefined,
    stack: textParam(raw.stack),
    preview: oneOf(raw.preview, ['now'] as const),
    selector: textParam(raw.selector),
  };
}

const ROLLOUT_STATE_NAMES: readonly RolloutState[] = [
  'running',
  'paused',
  'succeeded',
  'failed',
  'rolled_back',
  'aborted',
];

export interface RolloutsSearch {
  readonly state?: RolloutState | undefined;
}

export function rolloutsSearch(raw: Raw): RolloutsSearch {
  return { state: oneOf(raw.state, ROLLOUT_STATE_NAMES) };
}

export interface RolloutSearch {
  readonly state?: RolloutAgentState | undefined;
  /** Of a wave, from 1 as it is shown. */
  readonly wave?: number | undefined;
}

export function rolloutSearch(raw: Raw): RolloutSearch {
  return { state: oneOf(raw.state, AGENT_STATES), wave: wholeParam(raw.wave) };
}
