/** What of Fluent Bit's `service` section belongs to its supervisor. */
export interface LockedService {
  /** Port of the HTTP server on the loopback address. */
  readonly httpPort: number;
  /** The program knows hot reload as a setting. */
  readonly canHotReload: boolean;
}

/** The settings by which the supervisor watches and reloads, in the order in which they are written. Times and thresholds of the health check are the operator's. */
export function lockedService({
  httpPort,
  canHotReload,
}: LockedService): readonly (readonly [string, string])[] {
  return [
    ['http_server', 'on'],
    ['http_listen', '127.0.0.1'],
    ['http_port', String(httpPort)],
    ['health_check', 'on'],
    ...(canHotReload ? ([['hot_reload', 'on']] as const) : []),
    // In the background it would be nobody's child.
    ['daemon', 'off'],
  ];
}

const LOCKED = new Set(['httpserver', 'httplisten', 'httpport', 'healthcheck', 'hotreload', 'daemon']);

/** True for a key that the supervisor sets itself, in whichever of the accepted spellings: `HTTP_Port`, `http_port`, `httpPort`. */
export function isLockedKey(key: string): boolean {
  return LOCKED.has(plainServiceKey(key));
}

/** One spelling for all that mean the same key. */
export function plainServiceKey(key: string): string {
  return key.trim().toLowerCase().replaceAll('_', '');
}

/** The file to which a setting of `service` belongs may name several of the same kind. */
export function mayRepeat(key: string): boolean {
  return plainServiceKey(key).endsWith('file') && plainServiceKey(key) !== 'logfile';
}
