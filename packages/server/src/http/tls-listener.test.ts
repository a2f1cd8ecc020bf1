import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpampClient } from '@drover/opamp/client';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const pathOf = (name: string) => fileURLToPath(new URL(`../testing/tls/${name}.pem`, import.meta.url));
const pem = (name: string) => readFileSync(pathOf(name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'drover-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tlsOf = (section: 'OPAMP' | 'HTTP', more: Record<string, string> = {}) => ({
  [`DROVER_${section}_TLS_CERT_FILE`]: pathOf('server-cert'),
  [`DROVER_${section}_TLS_KEY_FILE`]: pathOf('server-key'),
  ...more,
});

/** One request over a connection of its own; rejects with what TLS says. */
function get(
  url: string,
  options: { cert?: string; key?: string; ca?: string; maxVersion?: 'TLSv1.2' } = {},
) {
  return new Promise<IncomingMessage & { readonly peer: string }>((resolve, reject) => {
    request(url, { agent: false, ca: pem('ca-cert'), ...options }, (response) => {
      const socket = response.socket as import('node:tls').TLSSocket;
      response.resume();
      resolve(Object.assign(response, { peer: String(socket.getPeerCertificate().subject.CN) }));
    })
      .on('error', reject)
      .end();
  });
}

describe('TLS', () => {
  it('is spoken by the REST interface, which tells browsers to stay with it', async () => {
    await using server = await startTestControlPlane(tlsOf('HTTP'));
    expect(server.plane.httpUrl).toMatch(/^https:/);
    const response = await get(`${server.plane.httpUrl}/healthz`);
    expect(response.statusCode).toBe(200);
    expect(response.headers['strict-transport-security']).toMatch(/max-age/);
    await expect(get(`${server.plane.httpUrl}/healthz`, { ca: pem('stranger-cert') })).rejects.toThrow();
  });

  it('refuses versions below the minimum', async () => {
    await using server = await startTestControlPlane(tlsOf('HTTP', { DROVER_HTTP_TLS_MIN_VERSION: '1.3' }));
    await expect(get(`${server.plane.httpUrl}/healthz`, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect((await get(`${server.plane.httpUrl}/healthz`)).statusCode).toBe(200);
  });

  it('asks operators for a certificate where a client CA is set', async () => {
    await using server = await startTestControlPlane(
      tlsOf('HTTP', { DROVER_HTTP_TLS_CLIENT_CA_FILE: pathOf('ca-cert') }),
    );
    const url = `${server.plane.httpUrl}/healthz`;
    await expect(get(url)).rejects.toThrow();
    await expect(get(url, { cert: pem('stranger-cert'), key: pem('stranger-key') })).rejects.toThrow();
    expect((await get(url, { cert: pem('agent-cert'), key: pem('agent-key') })).statusCode).toBe(200);
  });

  it('takes a renewed certificate without a restart, and stays with the old one where the new cannot be read', async () => {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    copyFileSync(pathOf('server-cert'), certFile);
    copyFileSync(pathOf('server-key'), keyFile);
    await using server = await startTestControlPlane({
      DROVER_HTTP_TLS_CERT_FILE: certFile,
      DROVER_HTTP_TLS_KEY_FILE: keyFile,
    });
    const url = `${server.plane.httpUrl}/healthz`;
    expect((await get(url)).peer).toBe('test server');
    writeFileSync(certFile, 'not a certificate');
    server.plane.reloadCertificates();
    expect((await get(url)).peer).toBe('test server');
    copyFileSync(pathOf('agent-cert'), certFile);
    copyFileSync(pathOf('agent-key'), keyFile);
    server.plane.reloadCertificates();
    expect((await get(url)).peer).toBe('test agent');
  });

  it('fails the start where its files cannot be used, with setting and path', async () => {
    const absent = tlsOf('OPAMP', { DROVER_OPAMP_TLS_CERT_FILE: join(folder, 'absent.pem') });
    await expect(startTestControlPlane(absent)).rejects.toThrow(
      /opamp\.tls\.certFile: cannot read .*absent\.pem/,
    );
    const mixed = tlsOf('HTTP', { DROVER_HTTP_TLS_KEY_FILE: pathOf('agent-key') });
    await expect(startTestControlPlane(mixed)).rejects.toThrow(/http\.tls: the certificate cannot be used/);
  });
});

describe('enrolment by certificate', () => {
  it('lets in agents of the client CA over both transports, and nobody else', async () => {
    await using server = await startTestControlPlane(
      tlsOf('OPAMP', {
        DROVER_OPAMP_TLS_CLIENT_CA_FILE: pathOf('ca-cert'),
        DROVER_AGENTS_ENROLMENT: 'mtls',
      }),
    );
    expect(server.plane.opampUrl).toMatch(/^wss:/);
    const start = (url: string, tls: { cert?: string; key?: string }, errors: string[] = []) => {
      const client = createOpampClient({
        url,
        description: { identifying: { 'service.name': 'otelcol' } },
        capabilities: ['ReportsStatus'],
        tls: { ca: pem('ca-cert'), ...tls },
        onConnectFailed: (error) => errors.push(error.message),
      });
      client.start();
      return Object.assign(client, { [Symbol.asyncDispose]: () => client.stop(), errors });
    };
    const certificate = { cert: pem('agent-cert'), key: pem('agent-key') };
    const httpsUrl = server.plane.opampUrl.replace(/^ws/, 'http');
    await using ws = start(server.plane.opampUrl, certificate);
    await using http = start(httpsUrl, certificate);
    await using bare = start(server.plane.opampUrl, {});
    await using stranger = start(httpsUrl, { cert: pem('stranger-cert'), key: pem('stranger-key') });
    await eventually(
      async () => [ws.isConnected, http.isConnected, bare.errors.length > 0, stranger.errors.length > 0],
      (states) => states.every(Boolean),
    );
    expect(bare.errors.join()).toMatch(/401/);
    expect((await server.api.listAgents()).items.map(({ instanceUid }) => instanceUid).sort()).toEqual(
      [ws.instanceUid, http.instanceUid].sort(),
    );
  });
});
