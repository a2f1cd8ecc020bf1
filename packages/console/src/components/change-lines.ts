import type { ConfigChanges } from '@drover/api';
import { countOf, formatCount } from './format.ts';

export interface MeaningLine {
  readonly sign: 'added' | 'removed' | 'changed';
  readonly what: string;
  readonly detail: string;
}

interface RoleChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly isReordered: boolean;
}

interface SettingChange {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What both a difference that is made here and one that the server tells have. */
export interface Changes {
  readonly pipelines: readonly {
    readonly id: string;
    readonly change: MeaningLine['sign'];
    readonly roles: Readonly<Record<'receivers' | 'processors' | 'exporters', RoleChange>>;
  }[];
  readonly components: readonly {
    readonly kind: string;
    readonly id: string;
    readonly change: MeaningLine['sign'];
    readonly settings: readonly SettingChange[];
    readonly pipelines: readonly string[];
  }[];
  readonly settings: readonly SettingChange[];
}

const ROLES = ['receivers', 'processors', 'exporters'] as const;
const NAMED = 3;

function roleWords(role: string, change: RoleChange): readonly string[] {
  return [
    ...(change.added.length === 0 ? [] : [`${role} + ${change.added.join(', ')}`]),
    ...(change.removed.length === 0 ? [] : [`${role} − ${change.removed.join(', ')}`]),
    ...(change.isReordered ? [`${role} in a different order`] : []),
  ];
}

function valueText(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** What changes, one line for each thing. */
export function changeLines(changes: Changes): readonly MeaningLine[] {
  return [
    ...changes.pipelines.map((pipeline) => ({
      sign: pipeline.change,
      what: `pipeline ${pipeline.id}`,
      detail: ROLES.flatMap((role) => roleWords(role, pipeline.roles[role])).join('; '),
    })),
    ...changes.components.map((component) => ({
      sign: component.change,
      what: `${component.kind} ${component.id}`,
      detail: [
        ...component.settings.map(
          (setting) => `${setting.path}: ${valueText(setting.before)} → ${valueText(setting.after)}`,
        ),
        ...(component.pipelines.length === 0 ? [] : [`in ${component.pipelines.join(', ')}`]),
      ].join('; '),
    })),
    ...changes.settings.map((setting) => ({
      sign: 'changed' as const,
      what: setting.path,
      detail: `${valueText(setting.before)} → ${valueText(setting.after)}`,
    })),
  ];
}

/** All of it in one line: `+1 exporter, changed batch, 2 pipelines rewired`. */
export function changeSummary({ pipelines, components, settings }: Changes | ConfigChanges): string {
  const counted = (change: 'added' | 'removed', sign: string): readonly string[] => {
    const kinds = new Map<string, number>();
    for (const component of components)
      if (component.change === change) kinds.set(component.kind, (kinds.get(component.kind) ?? 0) + 1);
    const pipes = pipelines.filter((pipeline) => pipeline.change === change).length;
    if (pipes > 0) kinds.set('pipeline', pipes);
    return [...kinds].map(([kind, count]) => `${sign}${countOf(count, kind)}`);
  };
  const changed = components.filter(({ change }) => change === 'changed').map(({ id }) => id);
  const more = changed.length - NAMED;
  const rewired = pipelines.filter(({ change }) => change === 'changed').length;
  const words = [
    ...counted('added', '+'),
    ...counted('removed', '−'),
    ...(changed.length === 0
      ? []
      : [`changed ${changed.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`]),
    ...(rewired === 0 ? [] : [`${countOf(rewired, 'pipeline')} rewired`]),
    ...(settings.length === 0 ? [] : [countOf(settings.length, 'other setting')]),
  ];
  return words.length === 0 ? 'same meaning, written differently' : words.join(', ');
}
