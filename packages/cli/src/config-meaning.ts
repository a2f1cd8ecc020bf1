import { printableLine } from '@drover/api';
import {
  type ConfigDiff,
  diffConfigs,
  parseCollectorConfig,
  stringifyConfig,
} from '@drover/collector-config';

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

type Setting = ConfigDiff['settings'][number];

function valueText(value: Setting['before']): string {
  if (value === undefined) return '(absent)';
  const text =
    typeof value === 'object' && value !== null
      ? stringifyConfig({ value }).replace(/^value:\s*/, '')
      : String(value);
  return printableLine(text.trim());
}

function settingLine(setting: Setting, indent: string): string {
  return `${indent}${printableLine(setting.path)}: ${valueText(setting.before)} → ${valueText(setting.after)}\n`;
}

function pipelineLines({ id, change, roles }: ConfigDiff['pipelines'][number]): string {
  const parts = Object.entries(roles).flatMap(([role, { added, removed, isReordered }]) => [
    ...added.map((name) => `+${name}`),
    ...removed.map((name) => `-${name}`),
    ...(isReordered ? [`${role} in another order`] : []),
  ]);
  return `${MARKS[change]} pipeline ${printableLine(id)}${parts.length === 0 ? '' : `: ${printableLine(parts.join(', '))}`}\n`;
}

function componentLines({ kind, id, change, settings, pipelines }: ConfigDiff['components'][number]): string {
  const where = pipelines.length === 0 ? '' : ` (in ${printableLine(pipelines.join(', '))})`;
  const inside = settings.map((setting) => settingLine(setting, '    ')).join('');
  return `${MARKS[change]} ${kind} ${printableLine(id)}${where}\n${inside}`;
}

/**
 * What changes for the Collector, however it is written: pipelines, then components with their settings, then the rest.
 * Empty where both mean the same; undefined where one of them is no Collector configuration.
 */
export function meaningText(before: string, after: string): string | undefined {
  const [old, next] = [parseCollectorConfig(before), parseCollectorConfig(after)];
  if (old.kind === 'invalid' || next.kind === 'invalid') return undefined;
  const diff = diffConfigs(old.data, next.data);
  return [
    ...diff.pipelines.map(pipelineLines),
    ...diff.components.map(componentLines),
    ...diff.settings.map((setting) => settingLine(setting, '~ ')),
  ].join('');
}
