import { parse, stringify } from 'yaml';
import { COMPONENT_SECTIONS } from './manifest.ts';

const SECTIONS = [...COMPONENT_SECTIONS, 'providers', 'converters'];
const MODULE = /^[\w.~/-]+ v\d\S*$/;

const LINKED = /^\s*dep\s+(\S+\/(receiver|processor|exporter|connector|extension)\/\S+)\s+(v\S+)/;

/**
 * A manifest of the OpenTelemetry Collector Builder that makes the components of the Collector that printed this by its
 * command `components`, under the name and the version that its agents report. That command leaves out components that
 * have a second name, such as the OTLP exporters: `linked` is what `go version -m` says of the program, where it is at
 * hand, and adds them, and maybe a component that another one is made with. Throws where the text does not say it.
 */
export function manifestOfComponents(text: string, linked = ''): string {
  let printed: unknown;
  try {
    printed = parse(text);
  } catch (error) {
    throw new Error(`this is not what \`components\` prints: ${(error as Error).message}`);
  }
  const { buildinfo } = asMap(printed);
  const { command: name, version, description } = asMap(buildinfo);
  if (typeof name !== 'string' || (typeof version !== 'string' && typeof version !== 'number'))
    throw new Error('this is not what `components` prints: it has no buildinfo with command and version');
  const sections = SECTIONS.flatMap((section) => {
    const said = modulesOf(section, asMap(printed)[section]);
    const modules = [...new Set([...said, ...linkedModules(section, linked)])].toSorted();
    return modules.length === 0 ? [] : [[section, modules.map((gomod) => ({ gomod }))] as const];
  });
  if (sections.length === 0) throw new Error(`${name} ${version} prints no component`);
  const dist = { module: `drover.dev/schemas/${name}`, name, version: String(version).replace(/^v/, '') };
  return stringify({
    dist: { ...dist, ...(description ? { description } : {}) },
    ...Object.fromEntries(sections),
  });
}

function modulesOf(section: string, entries: unknown): readonly string[] {
  const modules = (Array.isArray(entries) ? entries : []).map((entry) => {
    const { name, scheme, module } = asMap(entry);
    // A module that was replaced when it was built is printed with what took its place.
    const text = typeof module === 'string' ? (module.split(' => ')[0]?.trim() ?? '') : '';
    if (!MODULE.test(text))
      throw new Error(
        `it does not say of which module and version ${section}/${name ?? scheme ?? '?'} is (${text || 'nothing'}): Collectors do from 0.118 on; else give the manifest that it was built with`,
      );
    return text;
  });
  return modules;
}

function linkedModules(section: string, linked: string): readonly string[] {
  return linked.split('\n').flatMap((line) => {
    const [, path = '', kind = '', version = ''] = LINKED.exec(line) ?? [];
    // `xreceiver` and the like are no components.
    const isComponent = `${kind}s` === section && new RegExp(`/(?!x${kind}$)\\w+${kind}$`).test(path);
    return isComponent ? [`${path} ${version}`] : [];
  });
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
