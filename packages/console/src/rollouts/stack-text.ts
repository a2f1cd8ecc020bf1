import type { RolloutCreate } from '@drover/api';

/** One layer of a stack; without a revision, the newest. */
export interface Layer {
  readonly name: string;
  readonly revision?: number | undefined;
}

/** For people: `base r3, site r1`. */
export function stackText(configs: readonly { readonly name: string; readonly revision: number }[]): string {
  return configs.map(({ name, revision }) => `${name} r${revision}`).join(', ');
}

/** As addresses hold it: `base@3,site` is base r3, then the newest of site. */
export function stackAddress(layers: readonly Layer[]): string {
  return layers
    .map(({ name, revision }) => (revision === undefined ? name : `${name}@${revision}`))
    .join(',');
}

/** Reads what `stackAddress` wrote; parts that no name can be are left out. */
export function readStack(text: string): readonly Layer[] {
  return text.split(',').flatMap((part): Layer[] => {
    const match = /^([a-z0-9._-]+)(?:@([1-9]\d{0,8}))?$/.exec(part.trim());
    const name = match?.[1];
    if (name === undefined) return [];
    return [match?.[2] === undefined ? { name } : { name, revision: Number(match[2]) }];
  });
}

/** What a rollout takes as its target, each layer pinned to `newest` where it names no revision; undefined where one is not known. */
export function targetOf(
  layers: readonly Layer[],
  newest: ReadonlyMap<string, number>,
): RolloutCreate['target'] | undefined {
  const pinned = layers.map(({ name, revision }) => ({ name, revision: revision ?? newest.get(name) ?? 0 }));
  if (pinned.length === 0 || pinned.some(({ name }) => !newest.has(name))) return undefined;
  const [only] = pinned;
  return pinned.length === 1 && only !== undefined
    ? { kind: 'config', ...only }
    : { kind: 'config', configs: pinned };
}
