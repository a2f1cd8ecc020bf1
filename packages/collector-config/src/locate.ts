import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import type { ConfigPath } from './config-data.ts';
import type { Finding } from './finding.ts';
import { type ParsedConfig, rangeOf } from './parse.ts';
import { aliasTargets } from './to-data.ts';

/**
 * Says where paths stand in a configuration's text. A path that leads through a merge key, or nowhere, gets the last
 * place on the way that the text has.
 */
export function createLocator(
  parsed: ParsedConfig,
): (path: ConfigPath, at: 'key' | 'value') => Pick<Finding, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const targets = aliasTargets(parsed.document);
  return (path, at) => {
    const node = findNode(parsed.document.contents, path, at, targets);
    const [start = 0, end] = node?.range ?? [];
    return rangeOf(parsed.lines, start, end);
  };
}

function findNode(
  root: Node | null,
  path: ConfigPath,
  at: 'key' | 'value',
  targets: ReadonlyMap<Alias, Node>,
): Node | undefined {
  let node: Node | undefined = root ?? undefined;
  let nearest = node;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = targets.get(node);
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.source ?? key.value) === String(step),
      );
      if (pair === undefined) return nearest;
      const key = isNode(pair.key) ? pair.key : undefined;
      const value = isNode(pair.value) ? pair.value : undefined;
      // An empty value has no text of its own: its key stands for it.
      const isEmpty =
        value === undefined || (isScalar(value) && value.source === '' && value.type === 'PLAIN');
      node = value;
      nearest = isEmpty || (isLast && at === 'key') ? (key ?? nearest) : value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step];
      node = isNode(item) ? item : undefined;
      nearest = node ?? nearest;
    } else {
      return nearest;
    }
  }
  return nearest;
}
