import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient, Config } from '@drover/api';
import { stringify } from 'yaml';
import { usageError } from '../failure.ts';
import { collectPages } from '../paging.ts';
import { isFor } from './plan.ts';
import { CONFIGS_FOLDER, MANIFEST } from './read-folder.ts';

export interface Exported {
  readonly configs: number;
  readonly assignments: number;
  readonly agents: number;
  readonly agentsWithConfig: number;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'text/yaml': 'yaml',
  'application/json': 'json',
  'text/plain': 'conf',
};

/** Writes every configuration, every assignment and what every agent says that it runs, as plain files. */
export async function exportAll(api: ApiClient, path: string): Promise<Exported> {
  const write = (file: readonly string[], text: string): void => {
    const folder = join(path, ...file.slice(0, -1));
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file.at(-1) ?? ''), text);
    } catch (error) {
      throw usageError(
        `Cannot write to ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const configs = (await collectPages<Config>({ all: true }, (page) => api.listConfigs(page))).items;
  const extras: Record<string, object> = {};
  const newest = new Map<string, number>();
  for (const { name, description, revision } of configs) {
    const { body } = await api.getConfig(name);
    const ending = ENDINGS[revision.contentType] ?? 'yaml';
    write([CONFIGS_FOLDER, `${name}.${ending}`], body);
    newest.set(name, revision.number);
    const isUsual = revision.format === (ending === 'yaml' ? 'collector' : 'other');
    const extra = {
      ...(description === '' ? {} : { description }),
      ...(ENDINGS[revision.contentType] === undefined ? { contentType: revision.contentType } : {}),
      ...(isUsual ? {} : { format: revision.format }),
      ...(revision.role === '' ? {} : { role: revision.role }),
    };
    if (Object.keys(extra).length > 0) extras[name] = extra;
  }
  const rollouts = (await collectPages({ all: true }, (page) => api.listRollouts(page))).items;
  // Oldest first, as they hold; of two for the same agents the later one alone.
  const standing = rollouts.filter(({ isStanding }) => isStanding).reverse();
  const holding = standing.filter(
    ({ selector, target }, at) =>
      !standing.slice(at + 1).some((later) => isFor(later, { selector, ...target })),
  );
  const itemOf = ({ name, revision }: { readonly name: string; readonly revision: number }): string =>
    newest.get(name) === revision ? name : `${name}@${revision}`;
  const assignments = holding.map(({ selector, target, strategy }) => ({
    selector,
    ...(target.replaces === 'layer'
      ? { layer: target.configs.map(itemOf).join() }
      : { configs: target.configs.map(itemOf) }),
    ...(strategy.kind === 'all' && Object.keys(strategy).length === 1 ? {} : { strategy }),
  }));
  write(
    [MANIFEST],
    HEAD + stringify({ ...(Object.keys(extras).length > 0 ? { configs: extras } : {}), assignments }),
  );
  let [agents, agentsWithConfig] = [0, 0];
  for (const { instanceUid } of (await collectPages({ all: true }, (page) => api.listAgents(page))).items) {
    const agent = await api.getAgent(instanceUid);
    agents += 1;
    const { displayName, labels, description, remoteConfig } = agent;
    write(
      ['agents', instanceUid, 'agent.yaml'],
      stringify({ instanceUid, displayName, labels, description, desired: remoteConfig.desired }),
    );
    const files = Object.entries(agent.effectiveConfig?.files ?? {});
    if (files.length > 0) agentsWithConfig += 1;
    for (const [name, { body, contentType }] of files)
      write(['agents', instanceUid, `${fileName(name)}.${ENDINGS[contentType] ?? 'yaml'}`], body);
  }
  return { configs: configs.length, assignments: assignments.length, agents, agentsWithConfig };
}

const HEAD = `# Which agents run which of the configurations in ${CONFIGS_FOLDER}/; where two match an agent, the later one holds.
# "drover plan -f ." shows what would change, "drover apply -f ." does it.
`;

/** Names come from agents: one plain name, whatever they hold. */
function fileName(name: string): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100);
  return plain === '' ? 'effective' : plain;
}
