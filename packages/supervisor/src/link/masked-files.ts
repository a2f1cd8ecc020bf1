import type { ComponentHealth, ConfigFile } from '@drover/opamp';

/** These files as they may leave the host. */
export function maskedFiles(
  files: ReadonlyMap<string, ConfigFile>,
  mask: (text: string) => string,
): ReadonlyMap<string, ConfigFile> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return new Map(
    [...files].map(([name, file]) => [
      name,
      { ...file, body: encoder.encode(mask(decoder.decode(file.body))) },
    ]),
  );
}

/** The same health, its words masked. */
export function maskedHealth(health: ComponentHealth, mask: (text: string) => string): ComponentHealth {
  return {
    ...health,
    status: mask(health.status),
    lastError: mask(health.lastError),
    componentHealthMap: Object.fromEntries(
      Object.entries(health.componentHealthMap).map(([name, part]) => [name, maskedHealth(part, mask)]),
    ),
  };
}
