import type { Generated } from 'kysely';

/** Times are epoch milliseconds, JSON is text, truth values are 0 or 1, unsigned 64-bit numbers are decimal text. */
export interface Database {
  agents: AgentsTable;
  agent_parts: AgentPartsTable;
  agent_events: AgentEventsTable;
  component_sets: ComponentSetsTable;
  component_schemas: ComponentSchemasTable;
  configs: ConfigsTable;
  config_revisions: ConfigRevisionsTable;
  config_drafts: ConfigDraftsTable;
  config_secrets: ConfigSecretsTable;
  rollouts: RolloutsTable;
  rollout_configs: RolloutConfigsTable;
  rollout_members: RolloutMembersTable;
  assignments: AssignmentsTable;
  agent_configs: AgentConfigsTable;
  enrolment_tokens: EnrolmentTokensTable;
  agent_credentials: AgentCredentialsTable;
  saved_views: SavedViewsTable;
  sessions: SessionsTable;
  idempotency_keys: IdempotencyKeysTable;
  audit: AuditTable;
}

export interface AgentsTable {
  uid: string;
  display_name: string | null;
  labels: string;
  summary: string;
  capabilities: string;
  sequence_num: string;
  transport: string;
  remote_address: string;
  credential: string | null;
  /** JSON of the decision; '' where nobody had to decide. */
  enrolment: string;
  /** What its last connection came by. */
  access: string;
  first_seen_at: number;
  last_seen_at: number;
}

/** Encoded parts as the agent reported them; null where it never did. */
export interface AgentPartsTable {
  uid: string;
  description: Uint8Array | null;
  health: Uint8Array | null;
  effective_config: Uint8Array | null;
  package_statuses: Uint8Array | null;
  custom_capabilities: Uint8Array | null;
  available_components: Uint8Array | null;
  connection_settings_status: Uint8Array | null;
}

export interface AgentEventsTable {
  id: Generated<number>;
  uid: string;
  at: number;
  kind: string;
  detail: string;
  data: string;
}

/** What stands behind the hash of an agent's available components, in hex; shared by all agents that report it. */
export interface ComponentSetsTable {
  hash: string;
  components: Uint8Array;
  first_seen_at: number;
}

/** What the Fleet page shows, under a name. */
export interface SavedViewsTable {
  name: string;
  /** JSON of filter, columns, sort and group. */
  content: string;
  author: string;
  created_at: number;
  updated_at: number;
}

/** Schemas of the components of a Collector distribution that an operator put. */
export interface ComponentSchemasTable {
  distribution: string;
  version: string;
  hash: string;
  /** JSON of the whole document. */
  body: string;
  components: number;
  created_at: number;
  author: string;
}

export interface ConfigsTable {
  name: string;
  description: string;
  created_at: number;
  latest_revision: number;
}

export interface ConfigRevisionsTable {
  name: string;
  number: number;
  hash: string;
  body: string;
  content_type: string;
  /** Null: the usual one of the content type. */
  format: string | null;
  role: string;
  bytes: number;
  author: string;
  message: string;
  created_at: number;
}

export interface ConfigDraftsTable {
  name: string;
  hash: string;
  body: string;
  content_type: string;
  format: string;
  role: string;
  base_revision: number | null;
  author: string;
  updated_at: number;
}

export interface ConfigSecretsTable {
  name: string;
  version: number;
  /** Null after the secret was removed. */
  sealed: Uint8Array | null;
  created_at: number;
  updated_at: number;
  author: string;
}

export interface RolloutsTable {
  id: string;
  kind: string;
  /** JSON of the pinned target. */
  target: string;
  selector: string;
  /** JSON of the strategy. */
  strategy: string;
  state: string;
  is_standing: number;
  created_at: number;
  created_by: string;
  updated_at: number;
  ended_at: number | null;
  /** JSON; null for rollouts that were made before there were waves. */
  progress: string | null;
  /** Why, in the words of who started it. */
  message: string;
}

/** Which configurations a rollout has in its target, so that none of them is removed meanwhile. */
export interface RolloutConfigsTable {
  rollout_id: string;
  name: string;
}

export interface RolloutMembersTable {
  rollout_id: string;
  uid: string;
  state: string;
  reason: string;
  changed_at: number;
  wave: number;
}

/** Desired state: one row for each agent and kind of target that Drover decides for. */
export interface AssignmentsTable {
  uid: string;
  kind: string;
  /** The rollout that gave it; null after that was rolled back. */
  rollout_id: string | null;
  /** JSON of the target that the agent is to have. */
  target: string;
  /** JSON of the target before this one; null where there was none. */
  previous: string | null;
  assigned_at: number;
  /** The rollout that gave the stack of which later ones exchanged layers; null where `rollout_id` gave all of it. */
  stack_rollout_id: string | null;
}

/** What agents were given; null where it is not known. */
export interface AgentConfigsTable {
  uid: string;
  assigned_at: number;
  cause: string | null;
  rollout_id: string | null;
  /** JSON. */
  target: string | null;
  hash: string | null;
  result: string | null;
  error: string | null;
  result_at: number | null;
}

export interface EnrolmentTokensTable {
  id: string;
  name: string;
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  last_used_at: number | null;
  auto_approve: number;
}

/** Credentials of agents of their own; the token itself is nowhere, only its hash. */
export interface AgentCredentialsTable {
  id: string;
  uid: string;
  kind: string;
  state: string;
  /** Null until it is issued. */
  hash: string | null;
  /** Hash of the connection settings that it was offered with, lower-case hex. */
  offer_hash: string | null;
  created_at: number;
  created_by: string;
  confirmed_at: number | null;
  expires_at: number | null;
  /** 0 where it was never used. */
  last_used_at: number;
  error_message: string;
}

export interface SessionsTable {
  token_hash: string;
  user_name: string;
  created_at: number;
  expires_at: number;
}

/** Answers to writes that carried an Idempotency-Key; encrypted, since an answer may hold a token that is shown once. */
export interface IdempotencyKeysTable {
  key_hash: string;
  request_hash: string;
  status: number;
  answer: Uint8Array;
  created_at: number;
}

/** Who did what, on what, and from where. */
export interface AuditTable {
  id: Generated<number>;
  at: number;
  author: string;
  kind: string;
  subject_kind: string;
  subject_id: string;
  subject_name: string;
  detail: string;
  /** JSON. */
  data: string;
  /** Null for what the server does of its own accord. */
  address: string | null;
}
