import { parse } from 'yaml';

/** What is read of a manifest of the OpenTelemetry Collector Builder. */
export type Manifest = {
  readonly distribution: string;
  readonly version: string;
  /** Of the builder that fits: the version of the core modules. */
  readonly builderVersion: string;
  /** Each module of a component with its version, in order. */
  readonly modules: readonly string[];
};

export const COMPONENT_SECTIONS = [
  'receivers',
  'processors',
  'exporters',
  'connectors',
  'extensions',
] as const;

/** Reads a manifest; throws where it does not say what it builds. */
export function readManifest(text: string): Manifest {
  const manifest: unknown = parse(text);
  const dist = field(manifest, 'dist');
  const distribution = field(dist, 'name');
  const version = field(dist, 'version');
  if (typeof distribution !== 'string' || typeof version !== 'string')
    throw new Error('the manifest has no dist.name or no dist.version');
  const modules = COMPONENT_SECTIONS.flatMap((section) => {
    const entries = field(manifest, section);
    return (Array.isArray(entries) ? entries : []).map((entry) => String(field(entry, 'gomod')).trim());
  });
  const core = modules
    .map((module) => /^go\.opentelemetry\.io\/collector\/\S+ (v0\.\S+)$/.exec(module)?.[1])
    .find((found) => found !== undefined);
  return { distribution, version, builderVersion: core ?? `v${version}`, modules: modules.toSorted() };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
