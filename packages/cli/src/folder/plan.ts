import { type ApiClient, ApiError, type Rollout } from '@drover/api';
import { collectPages } from '../paging.ts';
import type { StackItem } from '../rollout-target.ts';
import type { Folder, FolderAssignment, FolderConfig } from './read-folder.ts';

export type ConfigStep =
  | { readonly kind: 'unchanged'; readonly config: FolderConfig; readonly revision: number }
  | { readonly kind: 'new'; readonly config: FolderConfig }
  | {
      readonly kind: 'changed';
      readonly config: FolderConfig;
      readonly revision: number;
      /** The body that is there today; the same where only what stands beside it differs. */
      readonly before: string;
    };

export type AssignmentStep = {
  readonly assignment: FolderAssignment;
  readonly kind: 'unchanged' | 'new' | 'changed';
  /** The rollout that holds today. */
  readonly rolloutId: string | null;
  /** Agents that match now. */
  readonly agents: number;
};

/** What it takes to bring the server to what a folder says. Nothing is taken away that the folder does not name. */
export interface Plan {
  readonly configs: readonly ConfigStep[];
  readonly assignments: readonly AssignmentStep[];
  readonly hasChanges: boolean;
}

export async function planOf(api: ApiClient, folder: Folder): Promise<Plan> {
  const configs: ConfigStep[] = [];
  for (const config of folder.configs) configs.push(await configStep(api, config));
  const standing = (await collectPages({ all: true }, (page) => api.listRollouts(page))).items.filter(
    (rollout) => rollout.isStanding,
  );
  const newest = new Map(
    configs.flatMap((step): [string, number | undefined][] => [
      [step.config.name, step.kind === 'unchanged' ? step.revision : undefined],
    ]),
  );
  const assignments: AssignmentStep[] = [];
  for (const assignment of folder.assignments)
    assignments.push(await assignmentStep(api, assignment, standing, newest));
  await keepOrder(api, assignments);
  const hasChanges = [...configs, ...assignments].some(({ kind }) => kind !== 'unchanged');
  return { configs, assignments, hasChanges };
}

async function configStep(api: ApiClient, config: FolderConfig): Promise<ConfigStep> {
  const known = await api.getConfig(config.name).catch((error: unknown) => {
    if (error instanceof ApiError && error.problem?.code === 'config_not_found') return undefined;
    throw error;
  });
  if (known === undefined) return { kind: 'new', config };
  const { revision, body, description } = known;
  const isSame =
    body === config.body &&
    revision.contentType === config.contentType &&
    (config.format ?? revision.format) === revision.format &&
    (config.role ?? '') === revision.role &&
    (config.description ?? description) === description;
  return isSame
    ? { kind: 'unchanged', config, revision: revision.number }
    : { kind: 'changed', config, revision: revision.number, before: body };
}

async function assignmentStep(
  api: ApiClient,
  assignment: FolderAssignment,
  standing: readonly Rollout[],
  newest: Map<string, number | undefined>,
): Promise<AssignmentStep> {
  const { selector, replaces, configs } = assignment;
  const part = replaces === 'layer' ? configs[0]?.name : undefined;
  const agents = (await api.stats({ selector, ...(part === undefined ? {} : { config: part }) })).total;
  // Newest first: the one that holds.
  const holds = standing.find((rollout) => isFor(rollout, assignment));
  if (holds === undefined) return { assignment, kind: 'new', rolloutId: null, agents };
  const isSame = await isSameStack(api, assignment.configs, holds, newest);
  return { assignment, kind: isSame ? 'unchanged' : 'changed', rolloutId: holds.id, agents };
}

/** True where the rollout says the same sort of thing of the same agents. */
export function isFor(
  { selector, target }: Pick<Rollout, 'selector' | 'target'>,
  assignment: Pick<FolderAssignment, 'selector' | 'replaces'> & {
    readonly configs: readonly { readonly name: string }[];
  },
): boolean {
  if (selector.trim() !== assignment.selector.trim() || target.replaces !== assignment.replaces) return false;
  return target.replaces === 'stack' || target.configs[0]?.name === assignment.configs[0]?.name;
}

/** The later rollout holds on an agent: whoever comes behind one that starts anew, and shares agents with it, starts anew too. */
async function keepOrder(api: ApiClient, steps: AssignmentStep[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    if (step.kind !== 'unchanged') continue;
    for (const earlier of steps.slice(0, at)) {
      const comesAfter = earlier.kind !== 'unchanged' || (earlier.rolloutId ?? '') > (step.rolloutId ?? '');
      if (!comesAfter) continue;
      const both = [earlier, step]
        .map(({ assignment }) => assignment.selector.trim())
        .filter((text) => text !== '');
      if ((await api.stats({ selector: both.join(',') })).total === 0) continue;
      steps[at] = { ...step, kind: 'changed' };
      break;
    }
  }
}

async function isSameStack(
  api: ApiClient,
  configs: readonly StackItem[],
  { target }: Rollout,
  newest: Map<string, number | undefined>,
): Promise<boolean> {
  if (configs.length !== target.configs.length) return false;
  for (const [place, { name, revision }] of configs.entries()) {
    const pinned = target.configs[place];
    if (pinned?.name !== name) return false;
    // What is written anew gets another revision than any that holds.
    if (revision === undefined && newest.has(name) && newest.get(name) === undefined) return false;
    const wanted = revision ?? newest.get(name) ?? (await api.getConfig(name)).revision.number;
    if (pinned.revision !== wanted) return false;
  }
  return true;
}
