import {
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  formatPath,
  getAt,
  getOwn,
  isConfigList,
  isConfigMap,
} from './config-data.ts';
import { isEmpty, isOpaque, isSameScalar } from './same-meaning.ts';
import { PIPELINE_ROLES, readPipelines, SECTION_NAMES, startedExtensions } from './sections.ts';

/** One thing in which an agent runs something else than it is meant to. */
export type DriftDifference = {
  /** As the Collector writes paths. */
  readonly path: string;
  /** `missing`: intended and not there; `extra`: there and not intended; `changed`: another value. */
  readonly change: 'missing' | 'extra' | 'changed';
  readonly intended?: ConfigValue;
  readonly effective?: ConfigValue;
};

export type DriftOptions = {
  /** The value that a component has where a configuration leaves it out; undefined where that is not known. */
  readonly defaultAt?: (path: ConfigPath) => ConfigValue | undefined;
};

/** Differences are cut off at this many. */
export const MAX_DRIFT_DIFFERENCES = 200;

/** What supervisors add to make themselves heard. */
const ADDED_EXTENSION = /^opamp(?:\/.*)?$/;
/** Lists of own telemetry to which a supervisor adds the destinations that a server offers. */
const OPEN_LISTS = new Set([
  'service::telemetry::metrics::readers',
  'service::telemetry::logs::processors',
  'service::telemetry::traces::processors',
]);

type Walk = { readonly differences: DriftDifference[]; readonly options: DriftOptions };

/**
 * In what an agent's effective configuration differs from the intended one, by meaning. An effective configuration is
 * the Collector's own account, so that these are no differences: the order of keys, receivers and exporters; another
 * way to write the same value (`1m` and `1m0s`); settings that the agent does not show; settings that are not intended
 * and have their default, or whose default is not known; masked values and references; the opamp extension, the
 * identity and the own telemetry that a supervisor adds. Components and pipelines that are missing or extra always are.
 */
export function findDrift(
  intended: ConfigMap,
  effective: ConfigMap,
  options: DriftOptions = {},
): readonly DriftDifference[] {
  const walk: Walk = { differences: [], options };
  for (const section of SECTION_NAMES) {
    const [wanted, actual] = [mapOf(getOwn(intended, section)), mapOf(getOwn(effective, section))];
    for (const id of new Set([...Object.keys(wanted), ...Object.keys(actual)])) {
      if (section === 'extensions' && ADDED_EXTENSION.test(id)) continue;
      const path = [section, id];
      if (!Object.hasOwn(actual, id)) note(walk, { path: formatPath(path), change: 'missing' });
      else if (!Object.hasOwn(wanted, id)) note(walk, { path: formatPath(path), change: 'extra' });
      else compare(walk, path, getOwn(wanted, id), getOwn(actual, id));
    }
  }
  comparePipelines(walk, intended, effective);
  compareSets(
    walk,
    'service::extensions',
    startedExtensions(intended).map(({ id }) => id),
    startedExtensions(effective).map(({ id }) => id),
    ADDED_EXTENSION,
  );
  const telemetry = ['service', 'telemetry'];
  compare(walk, telemetry, getAt(intended, telemetry), getAt(effective, telemetry));
  return walk.differences;
}

function comparePipelines(walk: Walk, intended: ConfigMap, effective: ConfigMap): void {
  const wanted = new Map(readPipelines(intended).map((pipeline) => [pipeline.id, pipeline]));
  const actual = new Map(readPipelines(effective).map((pipeline) => [pipeline.id, pipeline]));
  for (const id of new Set([...wanted.keys(), ...actual.keys()])) {
    const path = formatPath(['service', 'pipelines', id]);
    const [before, after] = [wanted.get(id), actual.get(id)];
    if (after === undefined) note(walk, { path, change: 'missing' });
    else if (before === undefined) note(walk, { path, change: 'extra' });
    else {
      for (const role of PIPELINE_ROLES) {
        const lists = [before[role], after[role]].map((uses) => uses.map((use) => use.id));
        const [one = [], other = []] = lists;
        // Only processors have an order.
        if (role !== 'processors') compareSets(walk, `${path}::${role}`, one, other);
        else if (one.join('\n') !== other.join('\n'))
          note(walk, { path: `${path}::${role}`, change: 'changed', intended: one, effective: other });
      }
    }
  }
}

function compareSets(
  walk: Walk,
  path: string,
  intended: readonly string[],
  effective: readonly string[],
  except?: RegExp,
): void {
  const clean = (ids: readonly string[]): string[] =>
    [...new Set(ids)].filter((id) => except?.test(id) !== true).sort();
  const [wanted, actual] = [clean(intended), clean(effective)];
  if (wanted.join('\n') !== actual.join('\n'))
    note(walk, { path, change: 'changed', intended: wanted, effective: actual });
}

function compare(
  walk: Walk,
  path: ConfigPath,
  intended: ConfigValue | undefined,
  effective: ConfigValue | undefined,
): void {
  if (walk.differences.length >= MAX_DRIFT_DIFFERENCES || isOpaque(intended) || isOpaque(effective)) return;
  if (intended === undefined || isEmpty(intended)) {
    judgeUnintended(walk, path, effective, intended);
    return;
  }
  // The agent does not show it: no word about it either way.
  if (effective === undefined || isEmpty(effective)) return;
  if (isConfigMap(intended) && isConfigMap(effective)) {
    for (const key of new Set([...Object.keys(intended), ...Object.keys(effective)])) {
      if (key === 'service.instance.id' && path.join('::') === 'service::telemetry::resource') continue;
      compare(walk, [...path, key], getOwn(intended, key), getOwn(effective, key));
    }
    return;
  }
  const isSame =
    isConfigList(intended) && isConfigList(effective)
      ? isSameList(walk, path, intended, effective)
      : isSameScalar(intended, effective);
  if (!isSame) note(walk, { path: formatPath(path), change: 'changed', intended, effective });
}

function judgeUnintended(
  walk: Walk,
  path: ConfigPath,
  effective: ConfigValue | undefined,
  intended: ConfigValue | undefined,
): void {
  if (effective === undefined || isEmpty(effective)) return;
  if (isConfigMap(effective)) {
    for (const [key, value] of Object.entries(effective)) compare(walk, [...path, key], undefined, value);
    return;
  }
  const usual = walk.options.defaultAt?.(path);
  if (usual === undefined || isOpaque(usual)) return;
  const isUsual =
    isConfigList(usual) && isConfigList(effective)
      ? isSameList(walk, path, usual, effective)
      : isSameScalar(usual, effective);
  if (!isUsual) {
    note(walk, {
      path: formatPath(path),
      change: 'changed',
      intended: intended === undefined || isEmpty(intended) ? usual : intended,
      effective,
    });
  }
}

function isSameList(
  walk: Walk,
  path: ConfigPath,
  intended: readonly ConfigValue[],
  effective: readonly ConfigValue[],
): boolean {
  const holds = (wanted: ConfigValue, actual: ConfigValue | undefined): boolean => {
    if (actual === undefined) return false;
    const inside: Walk = { differences: [], options: walk.options };
    compare(inside, [...path, 0], wanted, actual);
    const isShape =
      isConfigMap(wanted) === isConfigMap(actual) && isConfigList(wanted) === isConfigList(actual);
    return inside.differences.length === 0 && (isShape || isEmpty(wanted));
  };
  if (OPEN_LISTS.has(formatPath(path)))
    return intended.every((wanted) => effective.some((actual) => holds(wanted, actual)));
  return intended.length === effective.length && intended.every((wanted, at) => holds(wanted, effective[at]));
}

function note(walk: Walk, difference: DriftDifference): void {
  if (walk.differences.length < MAX_DRIFT_DIFFERENCES) walk.differences.push(difference);
}

function mapOf(value: ConfigValue | undefined): ConfigMap {
  return isConfigMap(value) ? value : {};
}
