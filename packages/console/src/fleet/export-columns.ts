import { AGENT_EXPORT_COLUMNS } from '@drover/api';

/** What the columns of the table that show more than one thing become in a file. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  state: ['state'],
  name: ['displayName'],
  health: ['health', 'healthStatus', 'lastError'],
  config: ['configs', 'syncState', 'errorMessage'],
  type: ['type', 'version'],
  host: ['hostName'],
  os: ['osType'],
  labels: ['labels'],
  seen: ['lastMessageAt'],
};

const known: ReadonlySet<string> = new Set(AGENT_EXPORT_COLUMNS);

/** Columns of a file for those that the table shows, the identity always first. */
export function exportColumnsOf(shown: readonly string[]): readonly string[] {
  const columns = shown.flatMap(
    (id) => PARTS[id] ?? (known.has(id) || /^(label|attr):./.test(id) ? [id] : []),
  );
  return [...new Set(['instanceUid', ...columns])];
}
