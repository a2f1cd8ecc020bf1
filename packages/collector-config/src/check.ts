import { checkReferences } from './check-references.ts';
import { checkStructure } from './check-structure.ts';
import { componentType } from './component-id.ts';
import type { ConfigMap } from './config-data.ts';
import type { Finding } from './finding.ts';
import { findingsAt } from './findings-at.ts';
import { Issues } from './issues.ts';
import { type ParseResult, parseCollectorConfig } from './parse.ts';
import { COMPONENT_SECTIONS, type ComponentSection, configuredIds, SECTION_NAMES } from './sections.ts';
import { didYouMean } from './suggest.ts';

/** The component types that a Collector has, by section; a section that is left out is not checked. */
export type AvailableComponents = { readonly [section in ComponentSection]?: readonly string[] };

export type CheckOptions = {
  /** What the target's Collector has, where that is known. */
  readonly components?: AvailableComponents;
  /** True for one layer of several: what another layer may bring (sections, pipelines, components) is not missed. */
  readonly isFragment?: boolean;
};

/**
 * What a Collector would refuse, and what is most likely a mistake, ordered by place. Never throws; a text that does
 * not parse gives the reasons for that alone. At most `MAX_FINDINGS`.
 */
export function checkCollectorConfig(
  config: string | ParseResult,
  options: CheckOptions = {},
): readonly Finding[] {
  const parsed = typeof config === 'string' ? parseCollectorConfig(config) : config;
  if (parsed.kind === 'invalid') return parsed.findings;
  const isFragment = options.isFragment ?? false;
  const issues = new Issues();
  checkStructure(parsed.data, isFragment, issues);
  if (!isFragment) checkReferences(parsed.data, issues);
  if (options.components !== undefined) checkAvailable(parsed.data, options.components, issues);
  return findingsAt(parsed, issues.all);
}

function checkAvailable(config: ConfigMap, available: AvailableComponents, issues: Issues): void {
  for (const section of SECTION_NAMES) {
    const types = available[section];
    if (types === undefined) continue;
    const known = new Set(types);
    for (const id of configuredIds(config, section)) {
      const type = componentType(id);
      if (known.has(type)) continue;
      const kind = COMPONENT_SECTIONS[section];
      issues.lacking(
        [section, id],
        `the target's Collector has no ${kind} "${type}"${didYouMean(type, known)}`,
      );
    }
  }
}
