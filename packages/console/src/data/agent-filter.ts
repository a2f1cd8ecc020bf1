import type {
  AgentFilter,
  ConnectionState,
  CredentialKind,
  DriftState,
  EnrolmentState,
  HealthState,
  SyncState,
} from '@drover/api';

/** The fleet's filters as the address bar holds them. */
export interface AgentFilterText {
  readonly q?: string | undefined;
  readonly state?: readonly ConnectionState[] | undefined;
  readonly health?: readonly HealthState[] | undefined;
  readonly sync?: readonly SyncState[] | undefined;
  readonly drift?: readonly DriftState[] | undefined;
  readonly enrolment?: readonly EnrolmentState[] | undefined;
  readonly credential?: readonly CredentialKind[] | undefined;
  /** Id of the enrolment token that the connection came by. */
  readonly enrolmentToken?: string | undefined;
  readonly type?: string | undefined;
  readonly version?: string | undefined;
  readonly config?: string | undefined;
  /** A search that finds what they run. */
  readonly runs?: string | undefined;
  /** Hash of a content that they run. */
  readonly effective?: string | undefined;
  /** A selector beside what stands in the search line. */
  readonly selector?: string | undefined;
}

const SELECTOR_SIGNS = /[=!]|(^|[\s,])(label|attr):|\s(in|notin)\s*\(/;

/** One search line takes both: whatever has a sign of the selector language is a selector, the rest are words. */
export function isSelectorText(text: string): boolean {
  return SELECTOR_SIGNS.test(text);
}

/** `env:prod` is words here; whoever finds nobody by them may have meant this selector. */
export function selectorMeantBy(words: string): string | undefined {
  const [, key, value] = /^([A-Za-z0-9._/-]+):\s*([A-Za-z0-9._/@+*-]+)$/.exec(words.trim()) ?? [];
  return key === undefined || isSelectorText(words) ? undefined : `${key}=${value}`;
}

export function agentFilterOf(text: AgentFilterText): AgentFilter {
  const { q, state, health, sync, drift, enrolment, credential, ...rest } = text;
  const words = (q ?? '').trim();
  const isSelector = isSelectorText(words);
  const selectors = [isSelector ? words : '', rest.selector ?? ''].filter((each) => each !== '');
  return {
    ...(words === '' || isSelector ? {} : { q: words }),
    ...(selectors.length === 0 ? {} : { selector: selectors.join(',') }),
    ...(state === undefined || state.length === 0 ? {} : { state: [...state] }),
    ...(health === undefined || health.length === 0 ? {} : { health: [...health] }),
    ...(sync === undefined || sync.length === 0 ? {} : { sync: [...sync] }),
    ...(drift === undefined || drift.length === 0 ? {} : { drift: [...drift] }),
    ...(enrolment === undefined || enrolment.length === 0 ? {} : { enrolment: [...enrolment] }),
    ...(credential === undefined || credential.length === 0 ? {} : { credential: [...credential] }),
    ...(rest.enrolmentToken === undefined ? {} : { enrolmentToken: rest.enrolmentToken }),
    ...(rest.type === undefined ? {} : { type: rest.type }),
    ...(rest.version === undefined ? {} : { version: rest.version }),
    ...(rest.config === undefined ? {} : { config: rest.config }),
    ...(rest.runs === undefined ? {} : { runs: rest.runs }),
    ...(rest.effective === undefined ? {} : { effective: [rest.effective] }),
  };
}

/** The filter as the address bar holds it. */
export function agentFilterText(filter: AgentFilter): AgentFilterText {
  const { q, selector, effective, ...rest } = filter;
  return {
    ...rest,
    q: q ?? selector,
    ...(q === undefined ? {} : { selector }),
    effective: effective?.[0],
  };
}

/** Narrowed by a selector: in the search line where that takes one, else beside it. */
export function narrowed(text: AgentFilterText, selector: string): Pick<AgentFilterText, 'q' | 'selector'> {
  const words = (text.q ?? '').trim();
  if (words === '') return { q: selector };
  if (isSelectorText(words)) return { q: `${words},${selector}` };
  return { selector: text.selector === undefined ? selector : `${text.selector},${selector}` };
}

/** A selector that matches exactly these agents. */
export function selectorOfUids(uids: readonly string[]): string {
  return `instanceUid in (${uids.join(',')})`;
}

export function hasFilter(text: AgentFilterText): boolean {
  return Object.keys(agentFilterOf(text)).length > 0;
}
