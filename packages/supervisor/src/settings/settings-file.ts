// The small build of zod: the full one takes 9 MB of memory for the life of the process.
import * as z from 'zod/mini';
import { agentInFile, agentName, capabilitiesInFile, namedAgentInFile } from './agent-in-file.ts';
import { policyInFile } from './policy-file.ts';
import { serverInFile } from './server-in-file.ts';
import { checkAgainst, type SettingsProblem } from './setting-problem.ts';
import { anything } from './setting-values.ts';
import { healthcheckInFile, telemetryInFile } from './telemetry-in-file.ts';

/** The settings file as it is written: the keys of the upstream opampsupervisor, and a few of ours. */

export const settingsFileSchema = z.strictObject({
  server: serverInFile,
  agent: z.optional(agentInFile),
  agents: z.optional(z.record(agentName, namedAgentInFile)),
  capabilities: z.nullish(capabilitiesInFile),
  policy: z.nullish(policyInFile),
  storage: z.nullish(z.strictObject({ directory: z.optional(z.string().check(z.minLength(1))) })),
  telemetry: z.nullish(telemetryInFile),
  healthcheck: z.nullish(healthcheckInFile),
  extensions: z.nullish(anything),
});

export type SettingsFile = z.infer<typeof settingsFileSchema>;

export type CheckedSettingsFile =
  | { readonly kind: 'valid'; readonly file: SettingsFile }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingsProblem[] };

/** Checks a parsed document against the keys and their types; lists all that is wrong. */
export function checkSettingsFile(document: unknown): CheckedSettingsFile {
  const checked = checkAgainst(settingsFileSchema, document);
  const problems = [...(checked.kind === 'invalid' ? checked.problems : []), ...problemsOfAgents(document)];
  return checked.kind === 'valid' && problems.length === 0
    ? { kind: 'valid', file: checked.value }
    : { kind: 'invalid', problems };
}

/** What one key alone cannot tell. */
function problemsOfAgents(document: unknown): readonly SettingsProblem[] {
  const { agent: single, agents } = mapOf(document);
  if (single !== undefined && agents !== undefined) {
    return [{ path: ['agents'], message: 'stands beside agent; name either one agent or several, not both' }];
  }
  if (single === undefined && agents === undefined) {
    return [{ path: ['agent'], message: 'is missing; name the agent to run, or several under agents' }];
  }
  if (agents === undefined) return [];
  const named = Object.entries(mapOf(agents));
  if (named.length === 0) return [{ path: ['agents'], message: 'names no agent' }];
  const problems: SettingsProblem[] = [];
  const taken = new Map<unknown, string>();
  for (const [name, settings] of named) {
    for (const key of ['instance_id', 'opamp_server_port', 'http_port', 'port']) {
      const value = mapOf(settings)[key];
      if (value === undefined || Number(value) === 0) continue;
      const owner = taken.get(`${key} ${String(value).toLowerCase()}`);
      if (owner === undefined) taken.set(`${key} ${String(value).toLowerCase()}`, name);
      else problems.push({ path: ['agents', name, key], message: `is that of agents.${owner} already` });
    }
  }
  return problems;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
