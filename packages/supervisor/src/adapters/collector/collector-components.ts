import type { AvailableComponents } from '@drover/opamp';
import { parse } from 'yaml';
import { availableComponents } from '../available-components.ts';

const GROUPS = ['receivers', 'processors', 'exporters', 'extensions', 'connectors'] as const;

/** What `otelcol components` prints, as far as it is used here. Plain data, so that it can be kept on disk. */
export interface CollectorInventory {
  readonly command: string;
  readonly version: string;
  readonly components: Readonly<Record<(typeof GROUPS)[number], Readonly<Record<string, string>>>>;
}

/** Reads the output of `otelcol components`; undefined where it is none. */
export function parseCollectorInventory(output: string): CollectorInventory | undefined {
  let printed: unknown;
  try {
    printed = parse(output);
  } catch {
    return undefined;
  }
  const { buildinfo, ...groups } = (printed ?? {}) as Record<string, unknown>;
  const { command, version } = (buildinfo ?? {}) as Record<string, unknown>;
  if (typeof command !== 'string' || version === undefined) return undefined;
  const group = (name: string): Record<string, string> =>
    Object.fromEntries(
      (Array.isArray(groups[name]) ? groups[name] : []).map((entry: { name?: unknown; module?: unknown }) => [
        String(entry?.name),
        String(entry?.module ?? ''),
      ]),
    );
  return {
    command,
    version: String(version),
    components: {
      receivers: group('receivers'),
      processors: group('processors'),
      exporters: group('exporters'),
      extensions: group('extensions'),
      connectors: group('connectors'),
    },
  };
}

/** The inventory in the form in which the opamp extension reports it. */
export function toAvailableComponents({ components }: CollectorInventory): AvailableComponents {
  const inOrder = Object.fromEntries(GROUPS.map((group) => [group, components[group]]));
  return availableComponents(inOrder, 'code.namespace');
}
