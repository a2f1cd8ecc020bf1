import type { ConfigPath } from './config-data.ts';
import type { Severity } from './finding.ts';
import { type Issue, Issues } from './issues.ts';

/** What a check against one version found; `before` and `after` stand around the name of the version. */
export type FieldIssue = {
  readonly severity: Severity;
  readonly path: ConfigPath;
  readonly at: Issue['at'];
  readonly before: string;
  readonly after: string;
};

/** What the check against one version found, up to the limit. */
export type FieldIssues = {
  /** Distribution and version. */
  readonly build: string;
  readonly issues: readonly FieldIssue[];
};

const MAX_BUILDS_NAMED = 3;
const RANK: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 };

/** One list of what was found for several versions: the same finding once, with the versions that it holds for. */
export function mergeFieldIssues(all: readonly FieldIssues[]): readonly Issue[] {
  const merged = new Map<string, FieldIssue & { readonly builds: string[] }>();
  for (const { build, issues } of all) {
    for (const issue of issues) {
      const key = JSON.stringify([issue.path, issue.at, issue.before, issue.after]);
      const known = merged.get(key);
      const builds = [...(known?.builds ?? []), ...(known?.builds.includes(build) ? [] : [build])];
      const isWorse = known === undefined || RANK[issue.severity] > RANK[known.severity];
      merged.set(key, { ...(isWorse ? issue : known), builds });
    }
  }
  const result = new Issues();
  // What is wrong must not be pushed out by what is only worth knowing.
  for (const { severity, path, at, before, after, builds } of [...merged.values()].sort(
    (a, b) => RANK[b.severity] - RANK[a.severity],
  )) {
    result.add({ severity, path, at, message: `${before}${listOf(builds)}${after}`, source: 'schema' });
  }
  return result.all;
}

function listOf(builds: readonly string[]): string {
  const named = builds.slice(0, MAX_BUILDS_NAMED).join(', ');
  return builds.length > MAX_BUILDS_NAMED ? `${named} and ${builds.length - MAX_BUILDS_NAMED} more` : named;
}
