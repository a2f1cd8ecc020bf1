import { type ConfigValue, isConfigList, isConfigMap } from './config-data.ts';

/** True for a value that the Collector fills in when it starts (`${env:X}`, `${file:…}`), so that its shape is unknown here. */
export function isExpandedLater(value: ConfigValue | undefined): boolean {
  return typeof value === 'string' && value.includes('${');
}

/** What a value is, in words for messages. */
export function kindOf(value: ConfigValue): string {
  if (value === null) return 'nothing';
  if (isConfigList(value)) return 'a list';
  if (isConfigMap(value)) return 'a map';
  return typeof value === 'string' ? 'text' : `the ${typeof value} ${String(value)}`;
}
