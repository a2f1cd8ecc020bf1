/** Where a value stands in the settings file, outermost key first. */
export type SettingPath = readonly (string | number)[];

export interface ExpansionProblem {
  readonly path: SettingPath;
  readonly message: string;
}

export interface Expansion {
  readonly value: unknown;
  readonly problems: readonly ExpansionProblem[];
}

/** Names in an agent's `config_files` that stand for a layer, not for an environment variable. */
export const LAYER_TOKENS: readonly string[] = [
  '$OWN_TELEMETRY_CONFIG',
  '$OPAMP_EXTENSION_CONFIG',
  '$REMOTE_CONFIG',
];

const REFERENCE = /\$\$|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Replaces `$NAME`, `${NAME}`, `${env:NAME}` and `${env:NAME:-default}` in every string of a parsed document; `$$`
 * is a plain `$`. A variable that is not set and has no default is a problem, never an empty text: a supervisor
 * that starts with half an address is harder to understand than one that says which variable is missing.
 */
export function expandEnvironment(
  document: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Expansion {
  const problems: ExpansionProblem[] = [];

  const expandText = (text: string, path: SettingPath): string => {
    if (LAYER_TOKENS.includes(text) && isConfigFiles(path)) return text;
    return text.replace(REFERENCE, (match, braced?: string, fallback?: string, bare?: string) => {
      if (match === '$$') return '$';
      const name = braced ?? bare ?? '';
      const value = env[name] || fallback;
      if (value !== undefined) return value;
      problems.push({ path, message: `the environment variable ${name} is not set` });
      return '';
    });
  };

  const expand = (value: unknown, path: SettingPath): unknown => {
    if (typeof value === 'string') return value.includes('$') ? expandText(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, expand(item, [...path, key])]),
      );
    }
    return value;
  };

  return { value: expand(document, []), problems };
}

function isConfigFiles(path: SettingPath): boolean {
  const inAgent = path[0] === 'agent' ? path.slice(1) : path[0] === 'agents' ? path.slice(2) : [];
  return inAgent[0] === 'config_files';
}
