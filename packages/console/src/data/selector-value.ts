/** As many as the server takes. */
export const SELECTOR_MAX_CHARS = 4096;

/** A value as it stands in a selector: in double quotes where it has other characters. */
export function quotedValue(value: string): string {
  return /^[A-Za-z0-9._/@+*-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}
