export type EnvironmentAttributes =
  | {
      readonly kind: 'attributes';
      readonly identifying: Readonly<Record<string, string>>;
      readonly nonIdentifying: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'invalid'; readonly message: string };

/** Who an agent is, it says itself; the variable is one for all that run in this environment. */
const OF_THE_AGENT: readonly string[] = ['service.name', 'service.version', 'service.instance.id'];

/**
 * The attributes of `OTEL_RESOURCE_ATTRIBUTES`: pairs `key=value` with commas between, percent-encoded. One that cannot be read discards all
 * (specification of OpenTelemetry: Resource SDK, Specifying resource information via an environment variable).
 */
export function environmentAttributes(text: string | undefined): EnvironmentAttributes {
  const identifying: Record<string, string> = {};
  const nonIdentifying: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = decoded(pair.slice(0, at));
    const value = decoded(pair.slice(at + 1));
    if (at < 1 || !key || value === undefined) {
      const message = `OTEL_RESOURCE_ATTRIBUTES is ignored: "${pair.trim()}" is not key=value, percent-encoded`;
      return { kind: 'invalid', message };
    }
    if (OF_THE_AGENT.includes(key)) continue;
    if (key === 'service.namespace') identifying[key] = value;
    else nonIdentifying[key] = value;
  }
  return { kind: 'attributes', identifying, nonIdentifying };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
