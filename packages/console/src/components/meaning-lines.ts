import { diffConfigs, parseCollectorConfig } from '@drover/collector-config';
import { changeLines, type MeaningLine } from './change-lines.ts';

/** What differs by meaning, the order of keys and the way of writing aside; undefined where a text is no Collector configuration. */
export function meaningLines(before: string, after: string): readonly MeaningLine[] | undefined {
  const [a, b] = [parseCollectorConfig(before), parseCollectorConfig(after)];
  return a.kind === 'parsed' && b.kind === 'parsed' ? changeLines(diffConfigs(a.data, b.data)) : undefined;
}
