import {
  type ConfigDiff,
  diffConfigs,
  parseCollectorConfig,
  type RoleChange,
} from '@drover/collector-config';

export interface MeaningLine {
  readonly sign: 'added' | 'removed' | 'changed';
  readonly what: string;
  readonly detail: string;
}

const ROLES = ['receivers', 'processors', 'exporters'] as const;

function roleWords(role: string, change: RoleChange): readonly string[] {
  return [
    ...(change.added.length === 0 ? [] : [`${role} + ${change.added.join(', ')}`]),
    ...(change.removed.length === 0 ? [] : [`${role} − ${change.removed.join(', ')}`]),
    ...(change.isReordered ? [`${role} in another order`] : []),
  ];
}

function valueText(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}

function linesOf(diff: ConfigDiff): readonly MeaningLine[] {
  return [
    ...diff.pipelines.map((pipeline) => ({
      sign: pipeline.change,
      what: `pipeline ${pipeline.id}`,
      detail: ROLES.flatMap((role) => roleWords(role, pipeline.roles[role])).join('; '),
    })),
    ...diff.components.map((component) => ({
      sign: component.change,
      what: `${component.kind} ${component.id}`,
      detail: [
        ...component.settings.map(
          (setting) => `${setting.path}: ${valueText(setting.before)} → ${valueText(setting.after)}`,
        ),
        ...(component.pipelines.length === 0 ? [] : [`in ${component.pipelines.join(', ')}`]),
      ].join('; '),
    })),
    ...diff.settings.map((setting) => ({
      sign: 'changed' as const,
      what: setting.path,
      detail: `${valueText(setting.before)} → ${valueText(setting.after)}`,
    })),
  ];
}

/** What differs by meaning, the order of keys and the way of writing aside; undefined where a text is no Collector configuration. */
export function meaningLines(before: string, after: string): readonly MeaningLine[] | undefined {
  const [a, b] = [parseCollectorConfig(before), parseCollectorConfig(after)];
  return a.kind === 'parsed' && b.kind === 'parsed' ? linesOf(diffConfigs(a.data, b.data)) : undefined;
}
