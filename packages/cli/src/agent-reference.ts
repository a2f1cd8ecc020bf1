import { type AgentSummary, type ApiClient, printableLine } from '@drover/api';
import { CliError } from './failure.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SEARCH_LIMIT = 500;
const SHOWN_CANDIDATES = 5;

/** Which of the found agents `text` means: those of exactly that name, else those whose uid begins with it. */
export function matchingAgents(text: string, found: readonly AgentSummary[]): readonly AgentSummary[] {
  const named = found.filter((agent) => agent.displayName === text);
  if (named.length > 0) return named;
  const prefix = text.toLowerCase();
  return found.filter((agent) => agent.instanceUid.startsWith(prefix));
}

/** The uid of the one agent that `text` names: a uid, the unique beginning of one, or a display name. */
export async function resolveAgent(api: ApiClient, text: string): Promise<string> {
  const lower = text.toLowerCase();
  if (UUID.test(lower)) return lower;
  if (text.trim() === '') throw new CliError('An empty name names no agent.');
  const found = await api.listAgents({ q: text, limit: SEARCH_LIMIT });
  const matches = matchingAgents(text, found.items);
  const [first] = matches;
  if (first === undefined) {
    throw new CliError(
      `No agent is named "${text}" or has a uid that begins with it. "drover agents list -q ${text}" searches more widely.`,
    );
  }
  if (matches.length === 1) return first.instanceUid;
  const shown = matches
    .slice(0, SHOWN_CANDIDATES)
    .map((agent) => `  ${agent.instanceUid}  ${printableLine(agent.displayName)}`);
  const more = matches.length > SHOWN_CANDIDATES ? `\n  and ${matches.length - SHOWN_CANDIDATES} more` : '';
  throw new CliError(
    `"${text}" names ${matches.length} agents; give more of the uid:\n${shown.join('\n')}${more}`,
  );
}
