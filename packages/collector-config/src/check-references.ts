import { checkConnectors } from './check-connectors.ts';
import { type ConfigMap, getOwn } from './config-data.ts';
import type { Issues } from './issues.ts';
import { isExpandedLater } from './kind-of.ts';
import {
  COMPONENT_SECTIONS,
  type ComponentSection,
  type ComponentUse,
  configuredIds,
  PIPELINE_ROLES,
  type Pipeline,
  readPipelines,
  SECTION_NAMES,
  startedExtensions,
} from './sections.ts';
import { didYouMean } from './suggest.ts';

type Configured = { readonly [section in ComponentSection]: ReadonlySet<string> };

/** What pipelines and `service::extensions` name against what is configured, and the other way round. */
export function checkReferences(config: ConfigMap, issues: Issues): void {
  const configured = Object.fromEntries(
    SECTION_NAMES.map((section) => [section, new Set(configuredIds(config, section).map((id) => id.trim()))]),
  ) as { readonly [section in ComponentSection]: Set<string> };
  const pipelines = readPipelines(config);
  // A section that is filled in at start (`receivers: ${file:…}`) may hold anything.
  const isOpen = (section: ComponentSection): boolean => isExpandedLater(getOwn(config, section));

  const used = new Map<ComponentSection, Set<string>>(SECTION_NAMES.map((section) => [section, new Set()]));
  for (const pipeline of pipelines) {
    for (const role of PIPELINE_ROLES) {
      for (const use of pipeline[role]) {
        const sections: readonly ComponentSection[] = role === 'processors' ? [role] : [role, 'connectors'];
        for (const section of sections) used.get(section)?.add(use.id);
        if (sections.some(isOpen) || isExpandedLater(use.id)) continue;
        if (sections.some((section) => configured[section].has(use.id))) continue;
        reportMissing(`service::pipelines::${pipeline.id}`, use, role, configured, issues);
      }
    }
    checkRepeated(pipeline, issues);
  }
  for (const use of startedExtensions(config)) {
    used.get('extensions')?.add(use.id);
    if (isOpen('extensions') || isExpandedLater(use.id) || configured.extensions.has(use.id)) continue;
    reportMissing('service::extensions', use, 'extensions', configured, issues);
  }
  for (const section of SECTION_NAMES) {
    for (const id of configuredIds(config, section)) {
      if (used.get(section)?.has(id.trim())) continue;
      const by = section === 'extensions' ? 'listed in service::extensions' : 'used by any pipeline';
      issues.warning(
        [section, id],
        `${COMPONENT_SECTIONS[section]} "${id}" is configured but not ${by}`,
        'key',
      );
    }
  }
  checkConnectors(config, configured.connectors, pipelines, issues);
}

function reportMissing(
  where: string,
  use: ComponentUse,
  section: ComponentSection,
  configured: Configured,
  issues: Issues,
): void {
  const kind = COMPONENT_SECTIONS[section];
  const near = didYouMean(use.id, [
    ...configured[section],
    ...(section === 'extensions' ? [] : configured.connectors),
  ]);
  const elsewhere = SECTION_NAMES.find((other) => other !== section && configured[other].has(use.id));
  const hint =
    elsewhere === undefined ? near : `; there is ${aKind(COMPONENT_SECTIONS[elsewhere])} of that id`;
  issues.error(use.path, `${where}: references ${kind} "${use.id}" which is not configured${hint}`);
}

function checkRepeated(pipeline: Pipeline, issues: Issues): void {
  for (const role of PIPELINE_ROLES) {
    const seen = new Set<string>();
    for (const use of pipeline[role]) {
      const message = `service::pipelines::${pipeline.id}: references ${COMPONENT_SECTIONS[role]} "${use.id}" multiple times`;
      if (seen.has(use.id) && role === 'processors') issues.error(use.path, message);
      else if (seen.has(use.id)) issues.warning(use.path, message);
      seen.add(use.id);
    }
  }
}

function aKind(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
