import { type ConfigMap, type ConfigPath, getOwn, isConfigList, isConfigMap } from './config-data.ts';

/** The sections that hold components, with the Collector's word for one of them. */
export const COMPONENT_SECTIONS = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  connectors: 'connector',
  extensions: 'extension',
} as const;
export type ComponentSection = keyof typeof COMPONENT_SECTIONS;
export type ComponentKind = (typeof COMPONENT_SECTIONS)[ComponentSection];

/** The lists of a pipeline. */
export const PIPELINE_ROLES = ['receivers', 'processors', 'exporters'] as const;
export type PipelineRole = (typeof PIPELINE_ROLES)[number];

/** What a pipeline can carry. */
export const SIGNALS = ['traces', 'metrics', 'logs', 'profiles'] as const;

/** A use of a component, and where it stands. */
export type ComponentUse = { readonly id: string; readonly path: ConfigPath };

/** A pipeline with its three lists; what is no list of text counts as empty here (the checks name it). */
export type Pipeline = { readonly id: string } & { readonly [role in PipelineRole]: readonly ComponentUse[] };

/** All section names. */
export const SECTION_NAMES = Object.keys(COMPONENT_SECTIONS) as readonly ComponentSection[];

/** The ids that a section configures, in their order; none where the section is absent or no map. */
export function configuredIds(config: ConfigMap, section: ComponentSection): readonly string[] {
  const map = getOwn(config, section);
  return isConfigMap(map) ? Object.keys(map) : [];
}

/** The pipelines of `service::pipelines`. */
export function readPipelines(config: ConfigMap): readonly Pipeline[] {
  const service = getOwn(config, 'service');
  const pipelines = isConfigMap(service) ? getOwn(service, 'pipelines') : undefined;
  if (!isConfigMap(pipelines)) return [];
  return Object.entries(pipelines).map(([id, body]) => {
    const read = (role: PipelineRole): readonly ComponentUse[] =>
      isConfigMap(body) ? readUses(body, role, ['service', 'pipelines', id, role]) : [];
    return { id, receivers: read('receivers'), processors: read('processors'), exporters: read('exporters') };
  });
}

/** The extensions that `service::extensions` starts. */
export function startedExtensions(config: ConfigMap): readonly ComponentUse[] {
  const service = getOwn(config, 'service');
  return isConfigMap(service) ? readUses(service, 'extensions', ['service', 'extensions']) : [];
}

function readUses(map: ConfigMap, key: string, path: ConfigPath): readonly ComponentUse[] {
  const list = getOwn(map, key);
  if (!isConfigList(list)) return [];
  return list.flatMap((id, index) =>
    typeof id === 'string' ? [{ id: id.trim(), path: [...path, index] }] : [],
  );
}
