import { printableLine } from '@drover/api';

export type Field = readonly [label: string, value: string];

/** `label: value` lines with the values aligned; fields without a value are left out. Values may be painted already. */
export function renderFields(fields: readonly Field[], indent = 0): string {
  const shown = fields.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([label]) => label.length)) + 1;
  return shown
    .map(([label, value]) => `${' '.repeat(indent)}${`${label}:`.padEnd(width)}  ${value}\n`)
    .join('');
}

/** Any JSON value on one line; text without quotes. */
export function valueText(value: unknown): string {
  return printableLine(typeof value === 'string' ? value : JSON.stringify(value));
}
