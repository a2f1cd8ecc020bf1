import { findEntry, type GraphNode, readOutline } from '@drover/collector-config';

/** Where a node's component stands in a text that may have changed since; undefined where it is no longer there. */
export function placeOfNode(text: string, node: GraphNode): number | undefined {
  const entries = readOutline(text);
  const [section = '', name = ''] = node.path;
  return (findEntry(entries, node.path) ?? findEntry(entries, [section, name]))?.from;
}
