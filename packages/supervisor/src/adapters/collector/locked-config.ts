import {
  COMPONENT_SECTIONS,
  type ConfigMap,
  type ConfigValue,
  isConfigList,
  isConfigMap,
  mergeConfigs,
} from '@drover/collector-config';
import { attributesOf, withAttributes } from './resource-attributes.ts';

/**
 * Puts the operator's locked layer over a configuration. What it configures is as it says and nothing else: a component
 * or a pipeline in it is taken whole, so that nothing can be added to it either; extensions that it starts are started;
 * attributes of its resource hold. Elsewhere its values win and others may stand beside them.
 */
export function applyLockedConfig(config: ConfigMap, locked: ConfigMap): ConfigMap {
  const result: { [key: string]: ConfigValue } = { ...config };
  for (const [key, value] of Object.entries(locked)) {
    if (Object.hasOwn(COMPONENT_SECTIONS, key)) result[key] = wholeEntries(config[key], value);
    else if (key === 'service' && isConfigMap(value)) result[key] = lockService(mapOr(config[key]), value);
    else result[key] = over(config[key], value);
  }
  return result;
}

function lockService(service: ConfigMap, locked: ConfigMap): ConfigMap {
  const result: { [key: string]: ConfigValue } = { ...service };
  for (const [key, value] of Object.entries(locked)) {
    if (key === 'pipelines') result[key] = wholeEntries(service[key], value);
    else if (key === 'extensions') result[key] = allOf(service[key], value);
    else if (key === 'telemetry' && isConfigMap(value))
      result[key] = lockTelemetry(mapOr(service[key]), value);
    else result[key] = over(service[key], value);
  }
  return result;
}

function lockTelemetry(telemetry: ConfigMap, locked: ConfigMap): ConfigMap {
  const { resource, ...others } = locked;
  const merged = over(telemetry, others) as ConfigMap;
  if (!isConfigMap(resource)) return merged;
  return { ...merged, resource: withAttributes(mapOr(telemetry.resource), attributesOf(resource)) };
}

function wholeEntries(value: ConfigValue | undefined, locked: ConfigValue): ConfigValue {
  return isConfigMap(locked) ? { ...mapOr(value), ...locked } : (value ?? locked);
}

function allOf(value: ConfigValue | undefined, locked: ConfigValue): ConfigValue {
  if (!isConfigList(locked)) return value ?? locked;
  return [...new Set([...(isConfigList(value) ? value : []), ...locked])];
}

function over(value: ConfigValue | undefined, locked: ConfigValue): ConfigValue {
  return isConfigMap(value) && isConfigMap(locked) ? mergeConfigs([value, locked]) : locked;
}

/** What is no map is no obstacle to what is locked. */
function mapOr(value: ConfigValue | undefined): ConfigMap {
  return isConfigMap(value) ? value : {};
}
