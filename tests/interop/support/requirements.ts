import { describe } from 'vitest';
import { onPath } from '../../../scripts/lib/run.ts';

/** A suite that needs these tools; skipped, with the reason in its name, where one is missing. */
export function describeWithTools(name: string, tools: readonly string[], body: () => void): void {
  const lacking = tools.filter((tool) => onPath([tool]) === undefined);
  const reason = `no ${lacking.join(', ')} on PATH`;
  describe.skipIf(lacking.length > 0)(lacking.length > 0 ? `${name} (skipped: ${reason})` : name, body);
}
