/** Search parameters as plain text, so that links read well: lists are joined by commas, nothing is JSON. */
export function parseSearchParams(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearchParams(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0))
      continue;
    parameters.set(key, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = parameters
    .toString()
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%3D', '=')
    .replaceAll('%40', '@')
    .replaceAll('%3A', ':');
  // A bare "=" in a value is legal and reads better: `?q=os.type=linux`.
  return text === '' ? '' : `?${text}`;
}

export function textParam(value: unknown): string | undefined {
  return typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

export function someOf<T extends string>(value: unknown, allowed: readonly T[]): readonly T[] | undefined {
  const given = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const kept = allowed.filter((candidate) => given.includes(candidate));
  return kept.length === 0 ? undefined : kept;
}

export function wholeParam(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Words joined by commas, each once. */
export function wordsParam(value: unknown): readonly string[] | undefined {
  const given = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : [];
  const words = [...new Set(given.filter((word) => word !== ''))];
  return words.length === 0 ? undefined : words;
}
