import { BlockList, isIP, isIPv6 } from 'node:net';

/** Where a text says to listen or to connect. */
export interface Endpoint {
  readonly scheme: string | undefined;
  /** In lower case, without brackets; `0.0.0.0` where the text leaves it out. */
  readonly host: string;
  /** Undefined where neither the text nor its scheme says it. */
  readonly port: number | undefined;
}

/** One entry of `policy.endpoints`. */
export interface EndpointPattern {
  readonly scheme: string | undefined;
  readonly host:
    | { readonly kind: 'name'; readonly expression: RegExp }
    | { readonly kind: 'network'; readonly network: BlockList };
  readonly port: number | undefined;
}

const URL_TEXT =
  /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#@\\\s]*@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]*)(?::(\d{1,5}))?(?:[/?#][^\s\\]*)?$/i;
const ADDRESS_TEXT = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]*)(?::(\d{1,5}))?$/i;
/** gRPC's way to name a resolver. */
const RESOLVER = /^(?:dns|passthrough):\/\/\//i;
const DEFAULT_PORTS = new Map([
  ['http', 80],
  ['ws', 80],
  ['https', 443],
  ['wss', 443],
]);

/** Reads `host:port`, `host` or a URL. Stricter than any reader of URLs, so that all of them agree with it; undefined for the rest. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const trimmed = text.trim().replace(RESOLVER, '');
  if (isIPv6(trimmed)) return { scheme: undefined, host: trimmed.toLowerCase(), port: undefined };
  const url = URL_TEXT.exec(trimmed);
  const address = url === null ? ADDRESS_TEXT.exec(trimmed) : null;
  const scheme = url?.[1]?.toLowerCase();
  const host = url?.[2] ?? address?.[1];
  if (host === undefined || trimmed === '' || (scheme !== undefined && host === '')) return undefined;
  const given = url?.[3] ?? address?.[2];
  const port = given === undefined ? DEFAULT_PORTS.get(scheme ?? '') : Number(given);
  if (port !== undefined && port > 65_535) return undefined;
  return { scheme, host: bareHost(host), port };
}

/** Reads an entry of the policy: `host`, `host:port`, `*.example.com:443`, `10.0.0.0/8`, `[fd00::/8]:4317`, any of them behind `scheme://`. */
export function parseEndpointPattern(text: string): EndpointPattern | undefined {
  const [, scheme, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/i.exec(text.trim()) ?? [];
  const bracketed = /^\[([0-9a-f:.]+(?:\/\d{1,3})?)\](?::(\d{1,5}|\*))?$/i.exec(rest);
  const plain = /^([a-z0-9._*-]*(?:\/\d{1,2})?)(?::(\d{1,5}|\*))?$/i.exec(rest);
  const bareV6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?$/i.test(rest) ? [rest, rest] : null;
  const [, host, port] = bracketed ?? bareV6 ?? plain ?? [];
  if (host === undefined || rest === '') return undefined;
  const number = port === undefined || port === '*' ? undefined : Number(port);
  if (number !== undefined && number > 65_535) return undefined;
  const hostPattern = readHost(bareHost(host));
  if (hostPattern === undefined) return undefined;
  return { scheme: scheme?.toLowerCase(), host: hostPattern, port: number };
}

function readHost(host: string): EndpointPattern['host'] | undefined {
  const [address = '', prefix] = host.split('/');
  const version = isIP(address);
  if (version === 0 && prefix !== undefined) return undefined;
  if (version === 0) {
    const escaped = host.replaceAll('.', '\\.').replaceAll('*', '.*');
    return { kind: 'name', expression: new RegExp(`^${escaped}$`) };
  }
  const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
  if (bits > (version === 4 ? 32 : 128)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  return { kind: 'network', network };
}

/** True where the pattern holds the endpoint however it is read. What an allow-list asks. */
export function surelyMatches(pattern: EndpointPattern, { scheme, host, port }: Endpoint): boolean {
  if (pattern.scheme !== undefined && pattern.scheme !== scheme) return false;
  if (pattern.port !== undefined && pattern.port !== port) return false;
  return matchesHost(pattern, host) && otherForms(host).every((form) => matchesHost(pattern, form));
}

/** True where some reading of the endpoint is one of the pattern. What a deny-list asks. */
export function mayMatch(pattern: EndpointPattern, { scheme, host, port }: Endpoint): boolean {
  if (pattern.scheme !== undefined && scheme !== undefined && pattern.scheme !== scheme) return false;
  if (pattern.port !== undefined && port !== undefined && pattern.port !== port) return false;
  const forms = [host, ...otherForms(host), ...(host === 'localhost' ? ['127.0.0.1', '::1'] : [])];
  return forms.some((form) => matchesHost(pattern, form));
}

function matchesHost({ host: pattern }: EndpointPattern, host: string): boolean {
  if (pattern.kind === 'name') return pattern.expression.test(host);
  const version = isIP(host);
  return version !== 0 && pattern.network.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** Addresses that some resolvers see in a host: 0x7f000001, 2130706433, 127.1. */
function otherForms(host: string): readonly string[] {
  if (isIP(host) !== 0 || !/(?:^|\.)(?:0x[0-9a-f]*|\d+)$/.test(host)) return [];
  try {
    return [new URL(`http://${host}/`).hostname];
  } catch {
    return [];
  }
}

function bareHost(host: string): string {
  return (
    host
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/(.)\.$/, '$1') || '0.0.0.0'
  );
}
