import { isIP } from 'node:net';
import { z } from 'zod';
import { formatDuration, parseDuration } from './lib/duration.ts';

/** Where a listener binds. `host` is undefined for every address of the machine. Port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

export const VARIABLE_PREFIX = 'DROVER_';

/** `opamp.maxMessageBytes` → `DROVER_OPAMP_MAX_MESSAGE_BYTES`. */
export function variableName(key: string): string {
  return (
    VARIABLE_PREFIX +
    key
      .replace(/([A-Z])/g, '_$1')
      .replaceAll('.', '_')
      .toUpperCase()
  );
}

/** How the reference page and the environment know a setting. */
export interface LeafMeta {
  readonly kind: 'leaf';
  readonly about: string;
  /** Shown in the reference in place of the default's text. */
  readonly defaultText?: string;
  readonly isSecret?: boolean;
}

type Read<T> = (value: unknown) => { readonly value: T } | { readonly error: string };

const leafs = z.registry<LeafMeta>();

/** What a leaf of the schema was declared with; undefined for sections. */
export function leafMeta(schema: z.core.$ZodType): LeafMeta | undefined {
  return leafs.get(schema);
}

function leaf<T>(read: Read<T>) {
  return z.unknown().transform((value, context): T => {
    const outcome = read(value);
    if ('value' in outcome) return outcome.value;
    context.addIssue({ code: 'custom', message: outcome.error });
    return z.NEVER;
  });
}

type Leaf<T> = ReturnType<typeof leaf<T>>;

/** A leaf with a default, written as an operator would write it. */
export function setting<T>(type: Leaf<T>, fallback: string | number | boolean, about: string) {
  const schema = type.prefault(fallback);
  leafs.add(schema, { kind: 'leaf', about });
  return schema;
}

/** A leaf that may be absent. `defaultText` says what holds then. */
export function optionalSetting<T>(
  type: Leaf<T>,
  defaultText: string,
  about: string,
  extra: { readonly isSecret?: boolean } = {},
) {
  const schema = type.optional();
  leafs.add(schema, { kind: 'leaf', about, defaultText, ...extra });
  return schema;
}

/** A leaf that must be given where its section is. */
export function requiredSetting<T>(type: Leaf<T>, about: string) {
  leafs.add(type, { kind: 'leaf', about, defaultText: 'none, required with its section' });
  return type;
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

export function text(): Leaf<string> {
  return leaf((value) =>
    typeof value === 'string' && value.trim() !== ''
      ? { value }
      : { error: `expected text that is not empty, got ${shown(value)}` },
  );
}

/** Text whose value never appears in a message. */
export function secretText(minLength: number): Leaf<string> {
  return leaf((value) =>
    typeof value === 'string' && value.length >= minLength
      ? { value }
      : { error: `expected text of at least ${minLength} characters` },
  );
}

export function choice<const T extends string>(...choices: readonly T[]): Leaf<T> {
  return leaf((value) => {
    const found = choices.find((each) => each === String(value));
    return found === undefined
      ? { error: `expected one of ${choices.join(', ')}, got ${shown(value)}` }
      : { value: found };
  });
}

export function flag(): Leaf<boolean> {
  return leaf((value) => {
    if (value === true || value === 'true') return { value: true };
    if (value === false || value === 'false') return { value: false };
    return { error: `expected true or false, got ${shown(value)}` };
  });
}

export function count(minimum: number, maximum: number): Leaf<number> {
  return leaf((value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
    const isGood = typeof number === 'number' && Number.isInteger(number);
    return isGood && number >= minimum && number <= maximum
      ? { value: number }
      : { error: `expected a whole number from ${minimum} to ${maximum}, got ${shown(value)}` };
  });
}

/** A duration such as `500ms`, `90s`, `1h30m` or `30d`, as milliseconds. `0` alone needs no unit. */
export function duration(minimumMs: number, maximumMs: number): Leaf<number> {
  return leaf((value) => {
    const text = String(value).trim();
    const ms = text === '0' ? 0 : parseDuration(text);
    if (ms === undefined) {
      return { error: `expected a duration such as 500ms, 90s, 1h30m or 30d, got ${shown(value)}` };
    }
    if (ms < minimumMs || ms > maximumMs) {
      const range = `${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}`;
      return { error: `expected a duration from ${range}, got ${shown(value)}` };
    }
    return { value: ms };
  });
}

const BYTES_OF = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
} as const;

/** A size such as `4MiB` or `65536`, as bytes. */
export function byteSize(minimum: number, maximum: number): Leaf<number> {
  return leaf((value) => {
    const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|KB|MB|GB)?$/.exec(String(value).trim());
    if (!match) return { error: `expected a size such as 4MiB or 65536, got ${shown(value)}` };
    const bytes = Math.floor(Number(match[1]) * BYTES_OF[(match[2] ?? '') as keyof typeof BYTES_OF]);
    return bytes >= minimum && bytes <= maximum
      ? { value: bytes }
      : { error: `expected a size from ${minimum} to ${maximum} bytes, got ${shown(value)}` };
  });
}

/** `host:port`, `[::1]:port`, or `:port` for every address of the machine. */
export function listenAddress(): Leaf<ListenAddress> {
  return leaf((value) => {
    const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]*)):(\d{1,5})$/.exec(String(value).trim());
    const port = Number(match?.[3]);
    if (!match || port > 65_535) {
      return { error: `expected host:port such as 127.0.0.1:4320, got ${shown(value)}` };
    }
    return { value: { host: match[1] ?? (match[2] || undefined), port } };
  });
}

/** An http(s) URL without query and fragment; a trailing slash is taken off. */
export function webUrl(): Leaf<string> {
  return leaf((value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
      return { error: `expected a URL such as https://drover.example.org, got ${shown(value)}` };
    }
    return { value: url.href.replace(/\/+$/, '') };
  });
}

/** '' or a path that begins with a slash and does not end with one. */
export function pathPrefix(): Leaf<string> {
  return leaf((value) => {
    const path = String(value).replace(/\/+$/, '');
    return path === '' || /^(\/[A-Za-z0-9._~-]+)+$/.test(path)
      ? { value: path }
      : { error: `expected a path such as /drover, got ${shown(value)}` };
  });
}

/** `10.0.0.5, 10.1.0.0/16`: addresses and networks, separated by commas. */
export function networks(): Leaf<readonly string[]> {
  return leaf((value) => {
    const items = String(value)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    const wrong = items.find((item) => !isNetwork(item));
    return wrong === undefined
      ? { value: items }
      : { error: `expected addresses or networks such as 10.0.0.5, 10.1.0.0/16, got ${shown(wrong)}` };
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && isRange && rest.length === 0;
}

export function databaseUrl(): Leaf<string> {
  return leaf((value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    return url && /^postgres(ql)?:$/.test(url.protocol)
      ? { value: String(value) }
      : { error: 'expected a URL such as postgres://user:password@host/database' };
  });
}

export function isLoopback(address: ListenAddress): boolean {
  const host = address.host;
  return host === 'localhost' || host === '::1' || (host !== undefined && /^127\.\d+\.\d+\.\d+$/.test(host));
}

/** The address as an operator writes it. */
export function addressText(address: ListenAddress): string {
  const host = address.host ?? '';
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
