import { type ConfigPath, componentType } from '@drover/collector-config';

/** What a component does with the text at a place. */
export type PlaceUse =
  | 'read'
  | 'write'
  /** A file, to be read or written. */
  | 'file'
  | 'program'
  | 'endpoint'
  /** Text that is no file though it may look like one: a path within an address, a filter of mount points. */
  | 'plain'
  /** Not known: what it looks like decides. */
  | 'unknown';

const READ_KEYS = new Set([
  'include',
  'path',
  'paths',
  'file',
  'files',
  'filename',
  'filenames',
  'file_name',
  'directory',
  'directories',
  'dir',
  'folder',
  'kubeconfig',
  'keytab',
]);
const READ_ENDINGS = [
  '_file',
  '_files',
  '_path',
  '_paths',
  '_dir',
  '_dirs',
  '_directory',
  '_directories',
  '_filename',
];
const WRITE_KEYS = new Set([
  'output_paths',
  'error_output_paths',
  'output_path',
  'save_to_file',
  'log_file',
  'log_path',
]);
/** Keys that name a folder or file, which an exporter or an extension does not only read. */
const PLAIN_FILE_KEYS = new Set(['path', 'file', 'filename', 'file_name', 'directory', 'dir', 'folder']);
const PROGRAM_KEYS = new Set([
  'command',
  'commands',
  'cmd',
  'command_line',
  'exec',
  'executable',
  'program',
  'binary',
  'script',
  'shell',
  'interpreter',
  'jar_path',
  'java_path',
  'journalctl_path',
]);
const ENDPOINT_KEYS = new Set([
  'endpoint',
  'endpoints',
  'url',
  'urls',
  'uri',
  'uris',
  'host',
  'hosts',
  'hostname',
  'addr',
  'addrs',
  'address',
  'addresses',
  'broker',
  'brokers',
  'server',
  'servers',
  'targets',
  'datasource',
  'dsn',
  'connection_string',
]);
const ENDPOINT_ENDINGS = [
  '_endpoint',
  '_endpoints',
  '_url',
  '_urls',
  '_uri',
  '_address',
  '_addresses',
  '_addr',
  '_host',
  '_hosts',
];
const PLAIN_KEYS = new Set([
  'mount_points',
  'metrics_path',
  'url_path',
  'raw_path',
  'health_path',
  'http_path',
  'request_path',
  'base_path',
]);
/** Components that are servers, whose `path` is part of their address. */
const HTTP_SERVERS = new Set([
  'healthcheck',
  'healthcheckv2',
  'webhookevent',
  'github',
  'gitlab',
  'splunkhec',
]);

/** Programs that components run without being told which. */
export const PROGRAMS_OF: ReadonlyMap<string, string> = new Map([
  ['journald', 'journalctl'],
  ['jmx', 'java'],
  // Of Fluent Bit: what they are given as text or file can run anything.
  ['lua', 'lua'],
  ['wasm', 'wasm'],
  ['execwasi', 'wasm'],
]);

/**
 * Types are compared by their letters and digits alone: a Collector knows many components with and without underscores,
 * and trims more kinds of white space than one would think of. `*` and `?` of patterns stay.
 */
export function plainType(id: string): string {
  return componentType(id)
    .toLowerCase()
    .replaceAll(/[^a-z0-9*?]/g, '');
}

/** Judges by section, component and key: a component that is not known here follows the same words. */
export function useOf(path: ConfigPath): PlaceUse {
  const key = plainKey(path);
  if (PROGRAM_KEYS.has(key)) return 'program';
  if (PLAIN_KEYS.has(key) || key.endsWith('_url_path')) return 'plain';
  const isFileKey = READ_KEYS.has(key) || READ_ENDINGS.some((ending) => key.endsWith(ending));
  if (WRITE_KEYS.has(key)) return 'write';
  if (isFileKey) return fileUse(path, key);
  if (ENDPOINT_KEYS.has(key) || ENDPOINT_ENDINGS.some((ending) => key.endsWith(ending))) return 'endpoint';
  return 'unknown';
}

function fileUse(path: ConfigPath, key: string): PlaceUse {
  const [section, id] = path;
  const type = typeof id === 'string' ? plainType(id) : '';
  if (key === 'path' && HTTP_SERVERS.has(type)) return 'plain';
  if (!PLAIN_FILE_KEYS.has(key)) return 'read';
  if (section === 'exporters') return 'write';
  // Storage is read and written, and so may be what an operator inside a receiver names.
  const isOperator = path.includes('operators');
  return section === 'receivers' && !isOperator ? 'read' : 'file';
}

/** The last key on the way, in lower case with underscores: `keyFile` and `key-file` are `key_file`. */
export function plainKey(path: ConfigPath): string {
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  return String(key)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.\s]/g, '_')
    .toLowerCase();
}
