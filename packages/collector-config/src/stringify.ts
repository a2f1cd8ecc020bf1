import { Document, visit } from 'yaml';
import type { ConfigMap } from './config-data.ts';
import { needsQuotes } from './scalar.ts';

/**
 * A configuration as YAML that the Collector reads back to the same data. The order of keys is kept; lines are never
 * folded.
 */
export function stringifyConfig(config: ConfigMap): string {
  const document = new Document(config, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, nullStr: '' });
}
