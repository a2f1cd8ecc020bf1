/** What a new configuration begins with: enough to run, and to see that it does. */
export const STARTER = `receivers:
  otlp:
    protocols:
      grpc:
        endpoint: localhost:4317

processors:
  batch:

exporters:
  debug:
    verbosity: basic

service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [debug]
`;

const NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

/** Why a name cannot be, or undefined where it can. */
export function nameRefusal(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return undefined;
  if (!NAME.test(name)) {
    return 'Lower-case letters, digits, ".", "_" and "-"; must start and end with a letter or digit; at most 63 characters';
  }
  return taken.includes(name)
    ? 'A configuration with this name already exists: open it to edit it'
    : undefined;
}
