import type { IntendedConfig } from '@drover/api';

/** The merged configuration, or the layers where they are not merged. */
export function intendedText(
  { layers, merged }: Pick<IntendedConfig, 'layers' | 'merged'>,
  withOrigin: boolean,
): string {
  if (merged === null) return layers.map(({ entry, body }) => `# ${entry}\n${body}`).join('\n');
  if (!withOrigin) return merged.body;
  const names = layers.map(({ name, revision }) => `${name}@${revision}`);
  const width = Math.max(...names.map(({ length }) => length));
  const lines = merged.body.replace(/\n$/, '').split('\n');
  return lines
    .map((line, at) => {
      const places = merged.lines[at] ?? [];
      const origin =
        places.length === 1 ? (names[places[0] ?? 0] ?? '') : places.length === 0 ? '' : '(several)';
      return `${origin.padEnd(width)} | ${line}\n`;
    })
    .join('');
}
