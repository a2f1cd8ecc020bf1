import type { ConfigChanges, JsonValue } from '@drover/api';
import { type ConfigMap, diffConfigs } from '@drover/collector-config';
import { shownValue } from './intended-config.ts';

/** What `after` changes of `before`, as JSON, secrets masked. */
export function changesOf(before: ConfigMap, after: ConfigMap): ConfigChanges {
  const { isChanged, pipelines, components, settings } = diffConfigs(before, after);
  const shown = (changes: typeof settings): ConfigChanges['settings'] =>
    changes.map((each) => ({
      path: each.path,
      ...(each.before === undefined ? {} : { before: shownValue(each.path, each.before) }),
      ...(each.after === undefined ? {} : { after: shownValue(each.path, each.after) }),
    }));
  const role = ({ added, removed, isReordered }: (typeof pipelines)[number]['roles']['receivers']) => ({
    added: [...added],
    removed: [...removed],
    isReordered,
  });
  return {
    isChanged,
    pipelines: pipelines.map(({ id, change, roles: { receivers, processors, exporters } }) => ({
      id,
      change,
      roles: { receivers: role(receivers), processors: role(processors), exporters: role(exporters) },
    })),
    components: components.map(({ kind, id, change, settings: inside, pipelines: users }) => ({
      kind,
      id,
      change,
      settings: shown(inside),
      pipelines: [...users],
    })),
    settings: shown(settings),
  };
}

const MAX_ENTRIES = 50;
const MAX_VALUE_CHARS = 300;

/** The same, cut to what fits a list: a long value becomes the beginning of its text. `isCut` says that something is missing. */
export function shortChanges(changes: ConfigChanges): {
  readonly changes: ConfigChanges;
  readonly isCut: boolean;
} {
  let isCut = false;
  const some = <T>(list: readonly T[]): T[] => {
    isCut ||= list.length > MAX_ENTRIES;
    return list.slice(0, MAX_ENTRIES);
  };
  const value = (given: JsonValue): JsonValue => {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    if (text.length <= MAX_VALUE_CHARS) return given;
    isCut = true;
    return `${text.slice(0, MAX_VALUE_CHARS)}…`;
  };
  const settings = (list: ConfigChanges['settings']): ConfigChanges['settings'] =>
    some(list).map(({ path, before, after }) => ({
      path,
      ...(before === undefined ? {} : { before: value(before as JsonValue) }),
      ...(after === undefined ? {} : { after: value(after as JsonValue) }),
    }));
  const short: ConfigChanges = {
    isChanged: changes.isChanged,
    pipelines: some(changes.pipelines),
    components: some(changes.components).map((each) => ({ ...each, settings: settings(each.settings) })),
    settings: settings(changes.settings),
  };
  return { changes: short, isCut };
}
