import { readFileSync } from 'node:fs';
import type { OpampServerOptions } from './server-options.ts';

/** The options with every default in place. */
export interface ServerSettings {
  readonly path: string;
  readonly capabilities: bigint;
  readonly maxMessageBytes: number;
  readonly maxBytesInFlight: number;
  readonly maxConnections: number;
  readonly maxSilentConnections: number;
  readonly maxAgents: number;
  readonly firstMessageTimeoutMs: number;
  readonly maxBufferedBytes: number;
  readonly maxBadMessages: number;
  readonly maxMessagesPerSecond: number;
  readonly maxComponentSetBytes: number;
  readonly maxCustomMessages: number;
  readonly customCapabilities: ReadonlySet<string>;
  readonly takesAnyCustomMessage: boolean;
  readonly bodyTimeoutMs: number;
  readonly httpSilenceMs: number;
  readonly pingIntervalMs: number;
  readonly fullStateRequestsPerSecond: number;
}

const MIB = 1024 * 1024;
const ACCEPTS_STATUS = 0x1n;
/** Files and sockets that are not agents': the store, logs, the operators' side. */
const RESERVED_FILES = 512;
const FALLBACK_OPEN_FILES = 4096;

/** Fills in what the caller left out. Throws a RangeError that names an option whose value makes no sense. */
export function resolveSettings(options: OpampServerOptions): ServerSettings {
  const maxMessageBytes = positive('maxMessageBytes', options.maxMessageBytes ?? 4 * MIB);
  const maxConnections = atLeastZero('maxConnections', options.maxConnections ?? 0) || systemConnections();
  return {
    path: options.path ?? '/v1/opamp',
    capabilities: options.capabilities | ACCEPTS_STATUS,
    maxMessageBytes,
    maxBytesInFlight: positive('maxBytesInFlight', options.maxBytesInFlight ?? 64 * MIB),
    maxConnections,
    maxSilentConnections: positive(
      'maxSilentConnections',
      options.maxSilentConnections ?? Math.max(1, Math.floor(maxConnections / 2)),
    ),
    maxAgents: positive('maxAgents', options.maxAgents ?? 250_000),
    firstMessageTimeoutMs: atLeastZero('firstMessageTimeoutMs', options.firstMessageTimeoutMs ?? 600_000),
    maxBufferedBytes: positive('maxBufferedBytes', options.maxBufferedBytes ?? maxMessageBytes + MIB),
    maxBadMessages: positive('maxBadMessages', options.maxBadMessages ?? 5),
    maxMessagesPerSecond: positive('maxMessagesPerSecond', options.maxMessagesPerSecond ?? 1_000),
    maxComponentSetBytes: positive('maxComponentSetBytes', options.maxComponentSetBytes ?? MIB),
    maxCustomMessages: positive('maxCustomMessages', options.maxCustomMessages ?? 64),
    customCapabilities: new Set(options.customCapabilities),
    takesAnyCustomMessage: options.takesAnyCustomMessage === true,
    bodyTimeoutMs: positive('bodyTimeoutMs', options.bodyTimeoutMs ?? 30_000),
    httpSilenceMs: positive('httpSilenceMs', options.httpSilenceMs ?? 90_000),
    pingIntervalMs: atLeastZero('pingIntervalMs', options.pingIntervalMs ?? 60_000),
    fullStateRequestsPerSecond: positive(
      'fullStateRequestsPerSecond',
      options.fullStateRequestsPerSecond ?? 500,
    ),
  };
}

/** How many sockets this process may open for agents: its soft limit of open files less a reserve. */
function systemConnections(): number {
  let openFiles = FALLBACK_OPEN_FILES;
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    if (line?.[1] !== undefined) openFiles = Number(line[1]);
  } catch {
    // No /proc outside of Linux: the fallback holds.
  }
  return Math.max(1, openFiles - Math.min(RESERVED_FILES, Math.floor(openFiles / 4)));
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`${name} must be greater than 0, got ${value}`);
  return value;
}

function atLeastZero(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} must not be negative, got ${value}`);
  return value;
}
