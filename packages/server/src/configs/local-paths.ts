import {
  type ConfigMap,
  type ConfigValue,
  componentType,
  isConfigList,
  isConfigMap,
} from '@drover/collector-config';

export interface HostPath {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** A path begins where a text begins, or behind one of these. */
const PATH = /(?<=^|[\s"'`,;:=([{<>|@])(?:\/|[A-Za-z]:[\\/]|~[\\/])[^\s"'`,;|<>]*/g;
const UPWARDS = /(?:^|[\s"'`,;:=([{/\\])\.\.(?:[/\\]|$)/;
const PATTERN_SIGN = /[*?[{\\]/;
/** Receivers of log files: their lists name files of the agent's host, which are opened only when it runs. */
const LOG_RECEIVERS = new Set(['filelog', 'file_log']);
const LOG_LISTS = new Set<string | number>(['include', 'exclude']);
const MAX_PATHS = 20;

/**
 * Values that name something on this host (`isThere` says so of a path): components read files already when a
 * configuration is checked, and tell of their content in errors. A pattern counts where its folder is there, and a way
 * upwards always. At most 20.
 */
export function hostPaths(data: ConfigMap, isThere: (path: string) => boolean): readonly HostPath[] {
  const found: HostPath[] = [];
  const walk = (value: ConfigValue, path: readonly (string | number)[]): void => {
    if (found.length >= MAX_PATHS || isLogList(path)) return;
    if (typeof value === 'string') {
      const text = namedOnHost(value, isThere);
      if (text !== undefined) found.push({ path, text });
    } else if (isConfigList(value)) {
      for (const [at, item] of value.entries()) walk(item, [...path, at]);
    } else if (isConfigMap(value)) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    }
  };
  walk(data, []);
  return found;
}

function isLogList(path: readonly (string | number)[]): boolean {
  const [section, id, field] = path;
  return (
    section === 'receivers' &&
    path.length === 3 &&
    field !== undefined &&
    LOG_LISTS.has(field) &&
    LOG_RECEIVERS.has(componentType(String(id)))
  );
}

function namedOnHost(text: string, isThere: (path: string) => boolean): string | undefined {
  if (UPWARDS.test(text)) return text;
  for (const [written] of text.matchAll(PATH)) {
    // `file:///etc` too.
    const found = written.replace(/\/{2,}/g, '/');
    const sign = found.search(PATTERN_SIGN);
    const pattern = sign < 0 ? undefined : found.slice(0, found.lastIndexOf('/', sign) + 1);
    if (pattern !== undefined && (pattern === '/' || isThere(pattern))) return found;
    // A path of a URL, such as that of a metrics page.
    if (found === '/') continue;
    if (isThere(found) || isThere(found.replace(/[)\]}]+$/, ''))) return found;
  }
  return undefined;
}
