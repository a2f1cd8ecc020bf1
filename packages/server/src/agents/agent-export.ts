import {
  AGENT_EXPORT_COLUMNS_MAX,
  type AgentExportColumn,
  type AgentSummary,
  type JsonValue,
} from '@drover/api';
import { breathe } from '../lib/breathe.ts';
import { csvLine } from '../lib/csv.ts';
import { DomainError } from '../lib/errors.ts';
import { attributeOf } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import { agentSummaryOf } from './agent-view.ts';

/** Agents of one piece of the file: no longer stretch of work than a page of a list. */
const PIECE = 200;
/** Agents that are looked at without a pause for others. */
const SLICE = 2000;
const EVERY_LABEL = 'label:*';

interface ExportColumn {
  readonly name: string;
  read(summary: AgentSummary, entry: AgentEntry): JsonValue;
}

const VALUES: Readonly<Record<AgentExportColumn, (summary: AgentSummary) => JsonValue>> = {
  instanceUid: ({ instanceUid }) => instanceUid,
  displayName: ({ displayName }) => displayName,
  type: ({ type }) => type,
  version: ({ version }) => version,
  hostName: ({ hostName }) => hostName,
  osType: ({ osType }) => osType,
  state: ({ connection }) => connection.state,
  since: ({ connection }) => connection.since,
  lastMessageAt: ({ connection }) => connection.lastMessageAt,
  transport: ({ connection }) => connection.transport,
  remoteAddress: ({ connection }) => connection.remoteAddress,
  health: ({ health }) => health.state,
  healthStatus: ({ health }) => health.status,
  lastError: ({ health }) => health.lastError,
  configs: ({ remoteConfig }) => remoteConfig.configs.map(({ name, revision }) => `${name}@${revision}`),
  configStatus: ({ remoteConfig }) => remoteConfig.status,
  syncState: ({ remoteConfig }) => remoteConfig.syncState,
  drift: ({ remoteConfig }) => remoteConfig.drift,
  errorMessage: ({ remoteConfig }) => remoteConfig.errorMessage,
  enrolment: ({ enrolment }) => enrolment.state,
  credential: ({ enrolment }) => enrolment.credential,
  enrolmentToken: ({ enrolment }) => enrolment.enrolmentToken?.name ?? '',
  labels: ({ labels }) => labels,
  capabilities: ({ capabilities }) => capabilities,
};

function columnOf(name: string): ExportColumn {
  if (name.startsWith('label:')) {
    const key = name.slice('label:'.length);
    return { name, read: ({ labels }) => (Object.hasOwn(labels, key) ? (labels[key] ?? '') : '') };
  }
  if (name.startsWith('attr:')) {
    const key = name.slice('attr:'.length);
    return { name, read: (_summary, { record }) => attributeOf(record.attributes, key) ?? '' };
  }
  return { name, read: VALUES[name as AgentExportColumn] };
}

/** The columns with one for each label in the place of `label:*`. Throws `invalid_request` where those are too many. */
export async function exportColumns(
  names: readonly string[],
  entries: readonly AgentEntry[],
): Promise<readonly ExportColumn[]> {
  const all = names.includes(EVERY_LABEL) ? await labelKeys(entries) : [];
  const wanted = new Set(names.flatMap((name) => (name === EVERY_LABEL ? all : [name])));
  if (wanted.size > AGENT_EXPORT_COLUMNS_MAX) {
    throw new DomainError(
      'invalid_request',
      `These agents have ${all.length} different labels, and a file has at most ${AGENT_EXPORT_COLUMNS_MAX} columns: name those that you need as label:KEY, or take all in the one column labels.`,
      { errors: [{ pointer: '/columns', detail: `${wanted.size} columns` }] },
    );
  }
  return [...wanted].map(columnOf);
}

async function labelKeys(entries: readonly AgentEntry[]): Promise<string[]> {
  const keys = new Set<string>();
  for (const [at, { record }] of entries.entries()) {
    for (const key of Object.keys(record.labels)) keys.add(`label:${key}`);
    if (at % SLICE === SLICE - 1) await breathe();
  }
  return [...keys].sort();
}

function cellText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(' ');
  return Object.entries(value ?? {})
    .map(([key, text]) => `${key}=${text}`)
    .join(',');
}

/** A CSV file in pieces, with the names of the columns first. */
export async function* csvOf(
  entries: readonly AgentEntry[],
  columns: readonly ExportColumn[],
): AsyncGenerator<string> {
  yield csvLine(columns.map(({ name }) => name));
  yield* pieces(entries, (entry) => {
    const summary = agentSummaryOf(entry);
    return csvLine(columns.map(({ read }) => cellText(read(summary, entry))));
  });
}

/** A JSON array in pieces, one agent a line: what the columns say, or without any the whole summaries. */
export async function* jsonOf(
  entries: readonly AgentEntry[],
  columns: readonly ExportColumn[] | undefined,
): AsyncGenerator<string> {
  let separator = '[\n';
  yield* pieces(entries, (entry) => {
    const summary = agentSummaryOf(entry);
    const item =
      columns === undefined
        ? summary
        : Object.fromEntries(columns.map(({ name, read }) => [name, read(summary, entry)]));
    const text = `${separator}${JSON.stringify(item)}`;
    separator = ',\n';
    return text;
  });
  yield entries.length === 0 ? '[]\n' : '\n]\n';
}

async function* pieces(
  entries: readonly AgentEntry[],
  textOf: (entry: AgentEntry) => string,
): AsyncGenerator<string> {
  for (let from = 0; from < entries.length; from += PIECE) {
    yield entries
      .slice(from, from + PIECE)
      .map(textOf)
      .join('');
    await breathe();
  }
}
