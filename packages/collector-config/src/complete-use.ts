import type { Completion } from './completion-context.ts';
import type { CursorPlace } from './cursor-place.ts';
import type { OutlineEntry } from './outline-flow.ts';
import { COMPONENT_SECTIONS, type ComponentSection, PIPELINE_ROLES } from './sections.ts';

/**
 * The ids that may be named in a pipeline or in `service::extensions`: those that the text configures and the list does
 * not have yet. Undefined where no id is named.
 */
export function completeUse(
  place: CursorPlace,
  entries: readonly OutlineEntry[],
  siblings: readonly OutlineEntry[],
): readonly Completion[] | undefined {
  const list = place.kind === 'item' ? place.path.slice(0, -1) : place.path;
  const sections = sectionsFor(list);
  if (sections === undefined) return undefined;
  const named = new Set(siblings.map((entry) => entry.value?.text));
  return sections.flatMap((section) =>
    entries
      .filter(({ path }) => path.length === 2 && path[0] === section)
      .map(({ path }) => String(path[1]))
      .filter((id) => !named.has(id))
      .map((id): Completion => {
        const kind = COMPONENT_SECTIONS[section];
        return {
          label: id,
          kind: 'use',
          detail: kind,
          description: `The ${kind} that this text configures`,
          isDeprecated: false,
          insert: place.kind === 'item' ? id : place.kind === 'value' ? `[${id}]` : `- ${id}`,
        };
      }),
  );
}

/** The sections whose components a list may name; undefined for other places. */
function sectionsFor(list: CursorPlace['path']): readonly ComponentSection[] | undefined {
  const [service, part, , role] = list;
  if (service !== 'service') return undefined;
  if (part === 'extensions' && list.length === 2) return ['extensions'];
  if (part !== 'pipelines' || list.length !== 4) return undefined;
  const known = PIPELINE_ROLES.find((each) => each === role);
  if (known === undefined) return undefined;
  return known === 'processors' ? [known] : [known, 'connectors'];
}
