import {
  type ConfigMap,
  type ConfigValue,
  formatPath,
  getAt,
  getOwn,
  isConfigMap,
  isSameConfig,
} from './config-data.ts';
import {
  COMPONENT_SECTIONS,
  type ComponentKind,
  PIPELINE_ROLES,
  type PipelineRole,
  readPipelines,
  SECTION_NAMES,
} from './sections.ts';

/** One setting that differs; `before` or `after` is absent where the setting was added or removed. */
export type SettingChange = {
  readonly path: string;
  readonly before?: ConfigValue;
  readonly after?: ConfigValue;
};

export type ComponentChange = {
  readonly kind: ComponentKind;
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs inside; empty unless `changed`. */
  readonly settings: readonly SettingChange[];
  /** The pipelines, before or after, that the change touches. */
  readonly pipelines: readonly string[];
};

/** What a pipeline's list gained and lost; `isReordered` only where order has a meaning (processors). */
export type RoleChange = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly isReordered: boolean;
};

export type PipelineChange = {
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly roles: { readonly [role in PipelineRole]: RoleChange };
};

export type ConfigDiff = {
  /** False when both mean the same, however they are written. */
  readonly isChanged: boolean;
  readonly pipelines: readonly PipelineChange[];
  readonly components: readonly ComponentChange[];
  /** Differences elsewhere: the service's extensions and telemetry, unknown sections. */
  readonly settings: readonly SettingChange[];
};

/** What changes from one configuration to another, by meaning: the order of keys, receivers and exporters says nothing. */
export function diffConfigs(before: ConfigMap, after: ConfigMap): ConfigDiff {
  const pipelines = diffPipelines(before, after);
  const components = SECTION_NAMES.flatMap((section) => diffSection(before, after, section));
  const handled = new Set<string>(SECTION_NAMES);
  const settings: SettingChange[] = [];
  for (const key of unionKeys(before, after)) {
    if (!handled.has(key) && key !== 'service')
      diffValues(getOwn(before, key), getOwn(after, key), [key], settings);
  }
  const services = [getAt(before, ['service']), getAt(after, ['service'])].map((value) =>
    isConfigMap(value) ? value : {},
  );
  const [serviceBefore = {}, serviceAfter = {}] = services;
  for (const key of unionKeys(serviceBefore, serviceAfter)) {
    if (key === 'pipelines') continue;
    diffValues(getOwn(serviceBefore, key), getOwn(serviceAfter, key), ['service', key], settings);
  }
  return {
    isChanged: pipelines.length + components.length + settings.length > 0,
    pipelines,
    components,
    settings,
  };
}

function diffPipelines(before: ConfigMap, after: ConfigMap): readonly PipelineChange[] {
  const old = new Map(readPipelines(before).map((pipeline) => [pipeline.id, pipeline]));
  const now = new Map(readPipelines(after).map((pipeline) => [pipeline.id, pipeline]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((id): readonly PipelineChange[] => {
    const [a, b] = [old.get(id), now.get(id)];
    const role = (name: PipelineRole): RoleChange =>
      diffRole((a?.[name] ?? []).map(useId), (b?.[name] ?? []).map(useId), name === 'processors');
    const roles = {
      receivers: role('receivers'),
      processors: role('processors'),
      exporters: role('exporters'),
    };
    const change = a === undefined ? 'added' : b === undefined ? 'removed' : 'changed';
    const isSame = PIPELINE_ROLES.every((name) => {
      const { added, removed, isReordered } = roles[name];
      return added.length === 0 && removed.length === 0 && !isReordered;
    });
    return change === 'changed' && isSame ? [] : [{ id, change, roles }];
  });
}

function diffRole(before: readonly string[], after: readonly string[], hasOrder: boolean): RoleChange {
  const [old, now] = [new Set(before), new Set(after)];
  const stayedBefore = before.filter((id) => now.has(id));
  const stayedAfter = after.filter((id) => old.has(id));
  return {
    added: [...now].filter((id) => !old.has(id)),
    removed: [...old].filter((id) => !now.has(id)),
    isReordered: hasOrder && !isSameConfig(stayedBefore, stayedAfter),
  };
}

function diffSection(
  before: ConfigMap,
  after: ConfigMap,
  section: (typeof SECTION_NAMES)[number],
): readonly ComponentChange[] {
  const asMap = (value: ConfigValue | undefined): ConfigMap => (isConfigMap(value) ? value : {});
  const old = asMap(getOwn(before, section));
  const now = asMap(getOwn(after, section));
  const users = componentUsers([before, after], section);
  return unionKeys(old, now).flatMap((id): readonly ComponentChange[] => {
    const settings: SettingChange[] = [];
    const change = !Object.hasOwn(old, id) ? 'added' : !Object.hasOwn(now, id) ? 'removed' : 'changed';
    if (change === 'changed') {
      // `debug:` and `debug: {}` say the same.
      diffValues(getOwn(old, id) ?? {}, getOwn(now, id) ?? {}, [section, id], settings);
      if (settings.length === 0) return [];
    }
    return [
      { kind: COMPONENT_SECTIONS[section], id, change, settings, pipelines: [...(users.get(id) ?? [])] },
    ];
  });
}

/** Which pipelines run which component of a section, in any of the configurations. */
function componentUsers(
  configs: readonly ConfigMap[],
  section: (typeof SECTION_NAMES)[number],
): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const pipeline of configs.flatMap(readPipelines)) {
    for (const role of PIPELINE_ROLES) {
      if (role !== section && !(section === 'connectors' && role !== 'processors')) continue;
      for (const { id } of pipeline[role]) users.set(id, (users.get(id) ?? new Set()).add(pipeline.id));
    }
  }
  return users;
}

function diffValues(
  before: ConfigValue | undefined,
  after: ConfigValue | undefined,
  path: readonly string[],
  changes: SettingChange[],
): void {
  if (isSameConfig(before, after)) return;
  if (isConfigMap(before) && isConfigMap(after)) {
    for (const key of unionKeys(before, after))
      diffValues(getOwn(before, key), getOwn(after, key), [...path, key], changes);
    return;
  }
  changes.push({
    path: formatPath(path),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

function unionKeys(a: ConfigMap, b: ConfigMap): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function useId(use: { readonly id: string }): string {
  return use.id;
}
