import type { InstanceUid } from '../agents/agent.ts';
import { subjectOfAgents } from '../agents/agent-subject.ts';
import type { Act } from '../audit/audit.ts';
import type { SelectableAgents, Selection } from './bulk-selection.ts';

interface Bulk {
  readonly changing: readonly InstanceUid[];
  readonly selection: Selection;
  readonly author: string;
}

/** One entry of the audit trail for all that are changed. */
export function bulkAct(
  kind: Act['kind'],
  agents: SelectableAgents,
  { changing, selection: { match, except = [] }, author }: Bulk,
  detail = '',
): Act {
  const filter = Object.entries(match ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key} ${String(value)}`);
  const but = except.length === 0 ? '' : ` but for ${except.length}`;
  const whom = changing.length < 2 || filter.length === 0 ? '' : `those of ${filter.join(', ')}${but}`;
  return {
    author,
    kind,
    subject: subjectOfAgents(agents, changing, match?.selector ?? ''),
    detail: [detail, whom].filter((part) => part !== '').join('; '),
    data: { agents: changing.length },
  };
}
