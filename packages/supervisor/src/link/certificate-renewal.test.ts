import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newInstanceUid } from '@drover/opamp';
import type { ClientState } from '@drover/opamp/client';
import { expect, test, vi } from 'vitest';
import { certificateRequest } from '../credentials/certificate-request.ts';
import { certificateRenewal, isDue } from './certificate-renewal.ts';

const cert = readFileSync(
  fileURLToPath(new URL('../../../opamp/src/testing/tls/agent-cert.pem', import.meta.url)),
  'utf8',
);
const uid = newInstanceUid();
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const DAY_MS = 86_400_000;

/** Of the certificate that the tests have. */
const { from, to } = await import('node:crypto').then(({ X509Certificate }) => {
  const parsed = new X509Certificate(cert);
  return { from: parsed.validFromDate.getTime(), to: parsed.validToDate.getTime() };
});

function tested(state: Partial<ClientState> = {}) {
  const requests: { csr: string; key: string }[] = [];
  const it = {
    requests,
    nowMs: from,
    state: { configuredUrl: 'wss://h/', ...state } as ClientState,
    client: {
      instanceUid: uid,
      isConnected: true,
      requestCertificate: (csr: string, key: string) => {
        requests.push({ csr, key });
        it.state = { ...it.state, requestedKey: key };
        return true;
      },
    },
  };
  const renewal = certificateRenewal({
    client: it.client,
    store: { load: () => it.state },
    now: () => it.nowMs,
    logger,
  });
  return Object.assign(it, { renewal });
}

test('a certificate is due where there is none, in the last third of its life, and for another uid', () => {
  expect(isDue(undefined, uid, from)).toBe(true);
  expect(isDue('garbage', uid, from)).toBe(true);
  expect(isDue(cert, uid, from + DAY_MS)).toBe(false);
  expect(isDue(cert, uid, to - DAY_MS)).toBe(true);
});

test('it is requested once, and again after a while with the same key', () => {
  const it = tested();
  it.renewal.check();
  it.renewal.check();
  expect(it.requests).toHaveLength(1);
  it.nowMs += 600_000;
  it.renewal.check();
  expect(it.requests).toHaveLength(2);
  expect(it.requests[1]?.key).toBe(it.requests[0]?.key);
  it.renewal.close();
});

test('at once for a new uid, and not at all without a connection or where one is at hand', () => {
  const it = tested();
  it.client.isConnected = false;
  it.renewal.check();
  expect(it.requests).toEqual([]);
  it.client.isConnected = true;
  it.renewal.check();
  it.client.instanceUid = newInstanceUid();
  it.renewal.check();
  expect(it.requests).toHaveLength(2);
  it.renewal.close();
  const supplied = tested({ settings: { certificate: { cert, key: 'k' } } });
  supplied.nowMs += DAY_MS;
  supplied.renewal.check();
  expect(supplied.requests).toEqual([]);
  supplied.renewal.close();
});

test('a request is for a key of its own, unless it is given one', () => {
  const first = certificateRequest(uid, undefined);
  const second = certificateRequest(uid, undefined);
  expect(first.csr).toMatch(
    /^-----BEGIN CERTIFICATE REQUEST-----\n[\s\S]+-----END CERTIFICATE REQUEST-----\n$/,
  );
  expect(first.key).not.toBe(second.key);
  const again = certificateRequest(uid, first.key);
  const spki = createPublicKey(first.key).export({ type: 'spki', format: 'der' });
  const body = Buffer.from(again.csr.replaceAll(/-----.*-----|\n/g, ''), 'base64');
  expect(body.includes(spki)).toBe(true);
  expect(body.includes(Buffer.from(uid))).toBe(true);
});
