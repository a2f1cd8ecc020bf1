import { BlockList, isIP } from 'node:net';
import type { ProxyOptions } from '@drover/opamp/client';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a server: `HTTPS_PROXY` for wss and https, `HTTP_PROXY` for ws and http, in capitals or not; none for hosts
 * in `NO_PROXY` and for this host itself. Throws an Error for a value that is no HTTP or HTTPS proxy.
 */
export function proxyFromEnvironment(serverUrl: string, env: Environment): ProxyOptions | undefined {
  const url = new URL(serverUrl);
  const isSecure = /^(wss|https):$/.test(url.protocol);
  const name = isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (!value) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (isSecure ? '443' : '80');
  if (isOwnHost(host) || isExempt(host, port, env.NO_PROXY || env.no_proxy || '')) return undefined;
  const proxy = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    // The value may hold a password.
    throw new Error(`the environment variable ${name} does not name an HTTP or HTTPS proxy`);
  }
  return { url: proxy };
}

function isOwnHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Entries with commas between: names (with those below them), addresses, networks, each with an optional port; `*` is every host. */
function isExempt(host: string, port: string, list: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => entry === '*' || isMatch(host, port, entry));
}

function isMatch(host: string, port: string, entry: string): boolean {
  const [network = '', bits] = entry.split('/', 2);
  if (bits !== undefined) return isInNetwork(host, network, Number(bits));
  const [, name = entry, onlyPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const wanted = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (isIP(host) !== 0) return host === wanted;
  return wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted || host.endsWith(`.${wanted}`);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !Number.isInteger(bits)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const networks = new BlockList();
  networks.addSubnet(network, bits, type);
  return networks.check(host, type);
}
