import { formatPath } from './config-data.ts';
import type { Finding } from './finding.ts';
import type { Issue } from './issues.ts';
import { createLocator } from './locate.ts';
import type { ParsedConfig } from './parse.ts';

/** Issues with their places in the text, in the order of these. */
export function findingsAt(parsed: ParsedConfig, issues: readonly Issue[]): readonly Finding[] {
  // To find places means to go through all of the text.
  if (issues.length === 0) return [];
  const locate = createLocator(parsed);
  return issues
    .map(({ severity, path, at, message, source }) => ({
      severity,
      path: formatPath(path),
      ...locate(path, at),
      message,
      source,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
