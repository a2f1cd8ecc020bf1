import {
  type ConfigMap,
  createLocator,
  formatPath,
  getAt,
  maskSecretsInText,
  type ParsedConfig,
} from '@drover/collector-config';
import type { Violation } from '../../policy/host-policy.ts';

/** A layer of a configuration, read. */
export interface ReadLayer {
  readonly title: string;
  readonly isRemote: boolean;
  readonly parsed: ParsedConfig;
  /** What it says, every key written out. */
  readonly data: ConfigMap;
}

/** What an operator is told of a configuration that the policy of its host forbids: each rule, what for, and where. */
export function forbiddenText(violations: readonly Violation[], layers: readonly ReadLayer[]): string {
  const lines = violations.map(({ rule, path, message }) => {
    const place = placeOf(path, layers);
    return `${rule}: ${message} at ${formatPath(path)}${place === undefined ? '' : ` (${place})`}`;
  });
  return maskSecretsInText(`the policy of this host forbids it: ${lines.join('\n')}`);
}

/** The last layer that says something there is the one whose word it is. */
function placeOf(path: Violation['path'], layers: readonly ReadLayer[]): string | undefined {
  const layer = layers.findLast(({ data }) => getAt(data, path) !== undefined);
  if (layer === undefined) return undefined;
  const { line } = createLocator(layer.parsed)(path, 'value');
  return `line ${line} of ${layer.title}`;
}
