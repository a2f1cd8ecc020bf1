const KEY = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;
const VALUE_MAX = 255;
const LABELS_MAX = 64;

export type ParsedLabels =
  | { readonly kind: 'labels'; readonly labels: Record<string, string> }
  | { readonly kind: 'wrong'; readonly reason: string };

/** Labels as one line: `env=prod, region="a,b"`; values with commas or quotes stand in double quotes. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${/[",]|^\s|\s$/.test(value) ? JSON.stringify(value) : value}`)
    .join(', ');
}

const PART = /\s*([^=,]*?)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^,]*?))?\s*(?:,|$)/y;

export function parseLabels(text: string): ParsedLabels {
  const labels: Record<string, string> = {};
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const at = PART.lastIndex;
    const match = PART.exec(text);
    if (match === null) return { kind: 'wrong', reason: `"${text.slice(at).trim()}" is not key=value` };
    const [all, key = '', raw] = match;
    if (all.trim() === '' || all.trim() === ',') continue;
    if (raw === undefined) return { kind: 'wrong', reason: `"${key}" has no value: write ${key}=value` };
    if (!KEY.test(key)) {
      return {
        kind: 'wrong',
        reason: `"${key}" is not a valid label key: use letters, digits, ".", "_", "/", "-", at most 63`,
      };
    }
    const value = raw.startsWith('"') ? unquote(raw) : raw;
    if (value === undefined)
      return { kind: 'wrong', reason: `The value of "${key}" is not quoted correctly` };
    if (value.length > VALUE_MAX)
      return { kind: 'wrong', reason: `The value of "${key}" is longer than ${VALUE_MAX}` };
    if (Object.hasOwn(labels, key)) return { kind: 'wrong', reason: `"${key}" appears twice` };
    labels[key] = value;
  }
  if (Object.keys(labels).length > LABELS_MAX)
    return { kind: 'wrong', reason: `At most ${LABELS_MAX} labels` };
  return { kind: 'labels', labels };
}

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
