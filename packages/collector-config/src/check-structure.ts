import { parseComponentId } from './component-id.ts';
import { type ConfigMap, type ConfigValue, getOwn, isConfigList, isConfigMap } from './config-data.ts';
import type { Issues } from './issues.ts';
import { isExpandedLater, kindOf } from './kind-of.ts';
import { COMPONENT_SECTIONS, PIPELINE_ROLES, SECTION_NAMES, SIGNALS } from './sections.ts';
import { didYouMean } from './suggest.ts';

const TOP_LEVEL = [...SECTION_NAMES, 'service'];
const SERVICE_KEYS = ['extensions', 'pipelines', 'telemetry'];

/** The shape: sections, ids, pipelines and their lists. `isFragment` leaves out what another layer may add. */
export function checkStructure(config: ConfigMap, isFragment: boolean, issues: Issues): void {
  for (const key of Object.keys(config)) {
    if (TOP_LEVEL.includes(key)) continue;
    issues.error(
      [key],
      `unknown section "${key}"; a configuration has ${TOP_LEVEL.join(', ')}${didYouMean(key, TOP_LEVEL)}`,
      'key',
    );
  }
  for (const section of SECTION_NAMES) checkSection(config, section, isFragment, issues);
  const service = getOwn(config, 'service');
  if (service === undefined || service === null) {
    if (!isFragment)
      issues.error([], 'service must have at least one pipeline, but there is no section "service"');
  } else if (isConfigMap(service)) {
    checkService(service, isFragment, issues);
  } else if (!isExpandedLater(service)) {
    issues.error(['service'], `service has to be a map, not ${kindOf(service)}`);
  }
}

function checkSection(
  config: ConfigMap,
  section: keyof typeof COMPONENT_SECTIONS,
  isFragment: boolean,
  issues: Issues,
): void {
  const body = getOwn(config, section);
  const isNeeded = (section === 'receivers' || section === 'exporters') && !isFragment;
  if (body === undefined || body === null || (isConfigMap(body) && Object.keys(body).length === 0)) {
    // A pipeline may live of connectors alone, but the Collector wants both sections all the same.
    if (isNeeded) {
      const path = body === undefined ? [] : [section];
      issues.error(path, `no ${COMPONENT_SECTIONS[section]} configuration specified in config`);
    }
    return;
  }
  if (!isConfigMap(body)) {
    if (!isExpandedLater(body))
      issues.error([section], `${section} has to be a map of ids, not ${kindOf(body)}`);
    return;
  }
  for (const [id, settings] of Object.entries(body)) {
    const parsed = parseComponentId(id);
    if (parsed.kind === 'bad') issues.error([section, id], parsed.reason, 'key');
    else if (settings !== null && !isConfigMap(settings) && !isExpandedLater(settings)) {
      issues.error([section, id], `the settings of ${id} have to be a map or empty, not ${kindOf(settings)}`);
    }
  }
}

function checkService(service: ConfigMap, isFragment: boolean, issues: Issues): void {
  for (const key of Object.keys(service)) {
    if (SERVICE_KEYS.includes(key)) continue;
    const known = `service has ${SERVICE_KEYS.join(', ')}${didYouMean(key, SERVICE_KEYS)}`;
    issues.error(['service', key], `unknown key "${key}"; ${known}`, 'key');
  }
  const extensions = getOwn(service, 'extensions');
  if (extensions !== undefined) checkIdList(extensions, ['service', 'extensions'], issues);
  const telemetry = getOwn(service, 'telemetry');
  if (
    telemetry !== undefined &&
    telemetry !== null &&
    !isConfigMap(telemetry) &&
    !isExpandedLater(telemetry)
  ) {
    issues.error(['service', 'telemetry'], `service::telemetry has to be a map, not ${kindOf(telemetry)}`);
  }
  const pipelines = getOwn(service, 'pipelines');
  if (isConfigMap(pipelines) && Object.keys(pipelines).length > 0) {
    for (const [id, body] of Object.entries(pipelines)) checkPipeline(id, body, isFragment, issues);
  } else if (pipelines === undefined || pipelines === null || isConfigMap(pipelines)) {
    if (!isFragment) issues.error(['service', 'pipelines'], 'service must have at least one pipeline', 'key');
  } else if (!isExpandedLater(pipelines)) {
    issues.error(['service', 'pipelines'], `service::pipelines has to be a map, not ${kindOf(pipelines)}`);
  }
}

function checkPipeline(id: string, body: ConfigValue, isFragment: boolean, issues: Issues): void {
  const path = ['service', 'pipelines', id];
  const where = `service::pipelines::${id}`;
  const parsed = parseComponentId(id);
  if (parsed.kind === 'bad') {
    issues.error(path, parsed.reason, 'key');
  } else if (!(SIGNALS as readonly string[]).includes(parsed.id.type)) {
    const known = `a pipeline's id starts with ${SIGNALS.join(', ')}`;
    issues.error(
      path,
      `unknown signal "${parsed.id.type}"; ${known}${didYouMean(parsed.id.type, SIGNALS)}`,
      'key',
    );
  } else if (parsed.id.type === 'profiles') {
    const gate = 'the feature gate service.profilesSupport';
    issues.warning(path, `${where}: a Collector refuses profiles unless it is started with ${gate}`, 'key');
  }
  if (isExpandedLater(body)) return;
  if (body !== null && !isConfigMap(body)) {
    issues.error(path, `${where} has to be a map with ${PIPELINE_ROLES.join(', ')}, not ${kindOf(body)}`);
    return;
  }
  const roles: ConfigMap = body ?? {};
  for (const key of Object.keys(roles)) {
    if ((PIPELINE_ROLES as readonly string[]).includes(key)) continue;
    issues.error([...path, key], `${where}: unknown key "${key}"${didYouMean(key, PIPELINE_ROLES)}`, 'key');
  }
  for (const role of PIPELINE_ROLES) {
    const list = getOwn(roles, role);
    if (list !== undefined) checkIdList(list, [...path, role], issues);
    const isEmpty = list === undefined || list === null || (isConfigList(list) && list.length === 0);
    if (isEmpty && role !== 'processors' && !isFragment) {
      issues.error(path, `${where}: must have at least one ${COMPONENT_SECTIONS[role]}`, 'key');
    }
  }
}

function checkIdList(list: ConfigValue, path: readonly string[], issues: Issues): void {
  if (list === null || isExpandedLater(list)) return;
  const where = path.join('::');
  if (!isConfigList(list)) {
    issues.error(path, `${where} has to be a list of ids, not ${kindOf(list)}`);
    return;
  }
  for (const [index, id] of list.entries()) {
    if (isExpandedLater(id)) continue;
    const parsed = typeof id === 'string' ? parseComponentId(id) : undefined;
    if (parsed === undefined) issues.error([...path, index], `${where}: an id is a word, not ${kindOf(id)}`);
    else if (parsed.kind === 'bad') issues.error([...path, index], `${where}: ${parsed.reason}`);
  }
}
