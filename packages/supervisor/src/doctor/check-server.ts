import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { nodeTls } from '../credentials/node-tls.ts';
import { serverWay } from '../link/server-way.ts';
import type { Logger } from '../logs/logger.ts';
import type { Secrets } from '../secrets.ts';
import type { PemSource, ServerSettings } from '../settings/settings.ts';
import { broken, type Finding, ok, warning } from './finding.ts';
import type { ProbeTarget } from './server-connection.ts';
import { serverFindings } from './server-findings.ts';
import { probeServer } from './server-probe.ts';

const DAY_MS = 86_400_000;
const EXPIRES_SOON_MS = 14 * DAY_MS;

/** The way to the server as the settings show it, and what is needed for it. Credentials that are learned on the way are added to `secrets`. */
export async function checkServer(
  settings: ServerSettings,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  nowMs: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [...certificateFindings(settings, nowMs), ...plainTextFindings(settings)];
  const told: string[] = [];
  const target = await targetOf(settings, env, secrets, told);
  if ('check' in target) return [...findings, target];
  findings.push(
    ...told.map((message) => warning('server.credential', message, 'see to it that the file can be read')),
    ...serverFindings(await probeServer(target), settings.url, nowMs),
  );
  return findings;
}

async function targetOf(
  settings: ServerSettings,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  told: string[],
): Promise<ProbeTarget | Finding> {
  const tell = (_fields: unknown, message: string) => void told.push(message);
  const logger: Logger = { debug: tell, info: tell, warn: tell, error: tell };
  const { url, headers, tls, proxy } = serverWay(settings, env, secrets, logger).clientOptions;
  try {
    return {
      url,
      headers: (typeof headers === 'function' ? await headers(url) : headers) ?? {},
      tls: nodeTls((typeof tls === 'function' ? tls() : tls) ?? {}),
      proxy: typeof proxy === 'function' ? proxy(url) : proxy,
    };
  } catch (error) {
    return broken(
      'server.credential',
      `what the server is to be shown cannot be had: ${(error as Error).message}`,
      'correct the files named in server.tls and extensions, or what gives the token out',
    );
  }
}

/** The certificates that the settings name, whatever the server says. */
function certificateFindings({ url, tls }: ServerSettings, nowMs: number): readonly Finding[] {
  const findings: Finding[] = [];
  const cert = certificateOf(tls?.cert);
  if (cert !== undefined) {
    findings.push(expiryFinding('the client certificate', 'server.tls.cert_file', cert, nowMs));
    if (!hasKey(cert, tls?.key))
      findings.push(
        broken(
          'server.certificate',
          'the client certificate and its key do not belong together',
          'name the key that the certificate was made for in server.tls.key_file',
        ),
      );
  }
  const ca = certificateOf(tls?.ca);
  if (ca !== undefined && Date.parse(ca.validTo) - nowMs < EXPIRES_SOON_MS)
    findings.push(expiryFinding('the authority', 'server.tls.ca_file', ca, nowMs));
  if (tls?.insecureSkipVerify && isSecure(url))
    findings.push(
      warning(
        'server.certificate',
        "the server's certificate is not checked (server.tls.insecure_skip_verify): anybody on the way can read the token and give orders",
        'name the authority of the server in server.tls.ca_file, and take insecure_skip_verify out',
      ),
    );
  return findings;
}

function expiryFinding(what: string, key: string, certificate: X509Certificate, nowMs: number): Finding {
  const left = Date.parse(certificate.validTo) - nowMs;
  const subject = certificate.subject.replaceAll('\n', ', ');
  if (left < 0)
    return broken(
      'server.certificate',
      `${what} (${subject}) expired on ${new Date(certificate.validTo).toISOString()}`,
      `put a new one into the file of ${key}`,
    );
  if (left < EXPIRES_SOON_MS)
    return warning(
      'server.certificate',
      `${what} (${subject}) expires in ${Math.floor(left / DAY_MS)} days`,
      `put a new one into the file of ${key}`,
    );
  return ok('server.certificate', `${what} is valid until ${new Date(certificate.validTo).toISOString()}`);
}

/** A token that travels in clear belongs to everybody on the way. */
function plainTextFindings({ url, headers, credential }: ServerSettings): readonly Finding[] {
  const { hostname } = new URL(url);
  if (isSecure(url) || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return [];
  const shows =
    credential !== undefined || Object.keys(headers).some((name) => /^authorization$/i.test(name));
  return shows
    ? [
        warning(
          'server.tls',
          `the credential travels to ${hostname} without TLS`,
          'write wss:// or https:// in server.endpoint',
        ),
      ]
    : [];
}

function isSecure(url: string): boolean {
  return /^(wss|https):/.test(url);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function certificateOf(source: PemSource | undefined): X509Certificate | undefined {
  try {
    return source && new X509Certificate(pemOf(source));
  } catch {
    // What cannot be read is said where it is used.
    return undefined;
  }
}

function hasKey(certificate: X509Certificate, key: PemSource | undefined): boolean {
  try {
    return key !== undefined && certificate.checkPrivateKey(createPrivateKey(pemOf(key)));
  } catch {
    return false;
  }
}

function pemOf(source: PemSource): string {
  return source.kind === 'text' ? source.pem : readFileSync(source.path, 'utf8');
}
