import type { ConfigMap } from '@drover/collector-config';
import { ConfigWalk } from './config-walk.ts';
import type { PolicyHost } from './file-paths.ts';
import type { PlacedPolicy, Violation } from './host-policy.ts';
import { compileRules } from './rules.ts';

/** More are not listed: an operator mends the first few and sees the rest. */
const MAX_VIOLATIONS = 10;
/** Comparisons of paths for one configuration, about a second; what is left then is refused unjudged. */
const MAX_LOOKS = 2_000_000;

/** Judges configurations by the policies of a host. */
export interface ConfigJudge {
  /**
   * What in `merged` the policies forbid, in the order of the configuration; the first few. What `local`, the same
   * configuration without its remote part, says at the same place is the host's own word and not judged. Never throws,
   * and its work is bounded, whatever the configuration.
   */
  violations(merged: ConfigMap, local: ConfigMap): readonly Violation[];
}

/** An agent has to keep every one of the policies. */
export function configJudge(policies: readonly PlacedPolicy[], host: PolicyHost): ConfigJudge {
  const rules = policies.map(compileRules);
  return {
    violations(merged, local) {
      const effort = { looksLeft: MAX_LOOKS };
      const found: Violation[] = [];
      for (const each of rules) {
        const walk = new ConfigWalk({ rules: each, host, effort, most: MAX_VIOLATIONS - found.length });
        found.push(...walk.violations(merged, local));
      }
      return found;
    },
  };
}
