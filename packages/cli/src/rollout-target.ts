import { ConfigNameSchema, type Rollout, type RolloutCreate } from '@drover/api';
import { usageError } from './failure.ts';

export interface StackItem {
  readonly name: string;
  readonly revision?: number;
}

/** Reads `NAME` or `NAME@REVISION`; `where` names the place in what is said of a wrong one. */
export function parseStackItem(text: string, where: string): StackItem {
  const match = /^([^@]+)(?:@([1-9][0-9]{0,8}))?$/.exec(text);
  const name = match?.[1] ?? '';
  if (match === null || !ConfigNameSchema.safeParse(name).success) {
    throw usageError(`${where}: "${text}" is not NAME or NAME@REVISION, e.g. edge or edge@3.`);
  }
  return match[2] === undefined ? { name } : { name, revision: Number(match[2]) };
}

/** What the flags ask for: a whole stack, or one layer wherever it is part of one. */
export function targetOf({
  config,
  layer,
}: {
  readonly config?: readonly StackItem[];
  readonly layer?: StackItem;
}): RolloutCreate['target'] {
  if ((config === undefined) === (layer === undefined))
    throw usageError('Give either --config, once for each layer of the stack, or --layer for a single one.');
  if (layer !== undefined) return { kind: 'config', ...layer, replaces: 'layer' };
  return { kind: 'config', configs: [...(config ?? [])] };
}

/** The target with the revisions that a preview showed. */
export function pinnedTarget({ configs, replaces }: Rollout['target']): RolloutCreate['target'] {
  const [layer] = configs;
  if (replaces === 'layer' && layer !== undefined) return { kind: 'config', ...layer, replaces };
  return { kind: 'config', configs: [...configs] };
}
