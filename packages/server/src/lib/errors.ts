/**
 * Every error that a caller can meet: code, HTTP status and title. A code is for ever: it is never used again for
 * something else. Callers match on the code and on nothing else.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list' },
  invalid_sort: { status: 400, title: 'The list cannot be sorted by this' },
  invalid_search: { status: 400, title: 'The search does not parse' },
  invalid_selector: { status: 400, title: 'The selector does not parse' },
  invalid_config: { status: 400, title: 'The configuration does not parse' },
  invalid_component_schemas: { status: 400, title: 'The component schemas are not valid' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  login_failed: { status: 401, title: 'The token is not valid' },
  forbidden: { status: 403, title: 'This is not permitted' },
  csrf_failed: { status: 403, title: 'The CSRF token is missing or wrong' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  agent_not_found: { status: 404, title: 'No such agent' },
  restart_run_not_found: { status: 404, title: 'No such restart run' },
  config_not_found: { status: 404, title: 'No such configuration' },
  config_draft_not_found: { status: 404, title: 'No such draft' },
  revision_not_found: { status: 404, title: 'No such revision' },
  rollout_not_found: { status: 404, title: 'No such rollout' },
  secret_not_found: { status: 404, title: 'No such secret' },
  component_schemas_not_found: { status: 404, title: 'No such component schemas' },
  view_not_found: { status: 404, title: 'No such view' },
  enrolment_token_not_found: { status: 404, title: 'No such enrolment token' },
  credential_not_found: { status: 404, title: 'No such credential' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  config_in_use: { status: 409, title: 'The configuration is in use' },
  secret_in_use: { status: 409, title: 'The secret is in use' },
  secret_conflict: { status: 409, title: 'Someone else changed the secret meanwhile' },
  component_schemas_bundled: { status: 409, title: 'The component schemas are bundled with the server' },
  capability_missing: { status: 409, title: 'The agent does not support this' },
  agent_not_connected: { status: 409, title: 'The agent is not connected' },
  reasserts_busy: { status: 429, title: 'Too many re-assertions are in progress' },
  reassert_run_not_found: { status: 404, title: 'No such re-assertion run' },
  own_metrics_not_failed: { status: 409, title: 'The agent did not refuse the address for its own metrics' },
  agent_not_approved: { status: 409, title: 'The agent is not approved' },
  enrolment_state_conflict: { status: 409, title: 'The enrolment state of the agent does not allow this' },
  rollout_state_conflict: { status: 409, title: 'The state of the rollout does not allow this' },
  local_collector_missing: { status: 409, title: 'The server has no Collector of its own' },
  enrolment_token_exists: { status: 409, title: 'An enrolment token with this name already exists' },
  selection_grown: { status: 409, title: 'More agents would be changed than were counted' },
  restarts_busy: { status: 409, title: 'Too many restarts are in progress' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  config_draft_conflict: { status: 412, title: 'Another draft was saved meanwhile' },
  revision_conflict: { status: 412, title: 'Another revision was saved meanwhile' },
  body_too_large: { status: 413, title: 'The body is over its limit' },
  config_too_large: { status: 413, title: 'The configuration is over its limit' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong in the server' },
  storage_unavailable: { status: 503, title: 'The database cannot be reached' },
  search_incomplete: { status: 503, title: 'Not everything could be searched in time' },
  validation_busy: { status: 503, title: 'Too many configurations are being checked' },
  validation_timed_out: { status: 504, title: 'The program did not answer in time' },
  event_streams_exhausted: { status: 503, title: 'Too many event streams are open' },
  stopping: { status: 503, title: 'The server is stopping' },
} as const satisfies Readonly<Record<string, { status: number; title: string }>>;

export type ErrorCode = keyof typeof ERRORS;

/** One place in the caller's input that is wrong; `pointer` is a JSON pointer into the request's body or query. */
export interface ErrorPlace {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
  /** What may be written in its place. */
  readonly suggestion?: string;
}

export interface DomainErrorOptions {
  readonly errors?: readonly ErrorPlace[];
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refused request. `detail` says what was attempted, with which value, and what to do. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly ErrorPlace[];
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, options: DomainErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.facts = options.facts ?? {};
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get title(): string {
    return ERRORS[this.code].title;
  }

  get detail(): string {
    return this.message;
  }
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
