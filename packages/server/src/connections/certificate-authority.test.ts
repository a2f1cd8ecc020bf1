import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { newInstanceUid } from '@drover/opamp';
import { cryptoProvider, PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, describe, expect, test } from 'vitest';
import { loadAuthority } from '../certificate-authority-files.ts';
import { CertificateAuthority, newAuthority } from './certificate-authority.ts';
import { judgeRequest } from './certificate-request.ts';

cryptoProvider.set(webcrypto);
const folder = mkdtempSync(join(tmpdir(), 'drover-ca-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DAY_MS = 86_400_000;
const at = (name: string): string => join(folder, name);

const ec = (namedCurve: string, hash: string) => ({ name: 'ECDSA', namedCurve, hash });
const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength,
});
const P256 = ec('P-256', 'SHA-256');

/** A request for a new key, PEM, and the key, PEM. */
async function requestFor(name: string, algorithm: object): Promise<{ csr: Buffer; key: string }> {
  const keys = (await webcrypto.subtle.generateKey(algorithm as typeof P256, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: algorithm as typeof P256,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { csr: Buffer.from(csr.toString('pem')), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

describe('a request', () => {
  test.each([
    ['P-256', P256],
    ['P-384', ec('P-384', 'SHA-384')],
    ['Ed25519', { name: 'Ed25519' }],
    ['RSA of 2048 bits', rsa(2048)],
  ])(
    'for a key of %s is taken, and its certificate fits key, agent and authority',
    async (_name, algorithm) => {
      const uid = newInstanceUid();
      const { csr, key } = await requestFor(`CN=${uid}`, algorithm);
      const verdict = judgeRequest(csr, uid);
      if (verdict.kind !== 'good') throw new Error(verdict.reason);
      const authority = await CertificateAuthority.open(await newAuthority(Date.now()));
      const issued = await authority.issue(verdict.publicKey, uid, Date.now(), DAY_MS);
      const certificate = new X509Certificate(issued.cert);
      const signer = new X509Certificate(authority.cert);
      expect(certificate.checkIssued(signer)).toBe(true);
      expect(certificate.verify(signer.publicKey)).toBe(true);
      expect(certificate.subject).toBe(`CN=${uid}`);
      expect(certificate.ca).toBe(false);
      // 1.3.6.1.5.5.7.3.2: it serves a TLS client, and no server.
      expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
      expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now() + DAY_MS - 60_000);
      expect(issued.fingerprint).toBe(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    },
  );

  test('for another agent, by somebody without the key, or for a weak key is refused with the reason', async () => {
    const uid = newInstanceUid();
    const other = newInstanceUid();
    const reasonOf = (csr: Uint8Array): string => {
      const verdict = judgeRequest(csr, uid);
      return verdict.kind === 'refused' ? verdict.reason : 'taken';
    };
    const requestOf = async (name: string, algorithm: object = P256) =>
      (await requestFor(name, algorithm)).csr;
    expect(reasonOf(await requestOf(`CN=${other}`))).toContain(`names the agent ${other}`);
    expect(reasonOf(await requestOf('CN=gateway-7'))).toBe('taken');
    expect(reasonOf(await requestOf(`CN=${uid}`, rsa(1024)))).toContain('too weak');
    const text = (await requestOf(`CN=${uid}`)).toString();
    const der = Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
    const forged = PemConverter.encode(new Uint8Array(der), 'CERTIFICATE REQUEST');
    expect(reasonOf(Buffer.from(forged))).toContain('signature');
    expect(reasonOf(Buffer.from('nothing of the kind'))).toContain('no PEM');
    expect(reasonOf(Buffer.from(text.replace(/\n[A-Za-z0-9+/]{20}/, '\n')))).not.toBe('taken');
    expect(reasonOf(Buffer.alloc(20_000, 0x41))).toContain('limit');
  });
});

describe('the authority', () => {
  test('is made once, its key for nobody else, and is the same after a restart', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const place = { dataDir, certFile: undefined, keyFile: undefined, nowMs: Date.now() };
    const first = await loadAuthority(place);
    const second = await loadAuthority(place);
    expect(second.cert).toBe(first.cert);
    expect(first.commonName).toMatch(/^Drover agents [0-9a-f]{8}$/);
    expect(statSync(join(dataDir, 'agent-ca-key.pem')).mode & 0o777).toBe(0o600);
  });

  test('of an operator is used as it is, and one that does not fit is named', async () => {
    const files = await newAuthority(Date.now());
    const stranger = await newAuthority(Date.now());
    writeFileSync(at('mine.pem'), files.cert);
    writeFileSync(at('mine-key.pem'), files.key);
    writeFileSync(at('other-key.pem'), stranger.key);
    const load = (keyFile: string) =>
      loadAuthority({ dataDir: folder, certFile: at('mine.pem'), keyFile, nowMs: Date.now() });
    expect((await load(at('mine-key.pem'))).cert).toBe(files.cert);
    await expect(load(at('other-key.pem'))).rejects.toThrow('not that of the certificate');
    await expect(load(at('nowhere.pem'))).rejects.toThrow('nowhere.pem');
  });

  test('gives no certificate that outlives it', async () => {
    const nowMs = Date.now();
    const authority = await CertificateAuthority.open(await newAuthority(nowMs));
    const uid = newInstanceUid();
    const verdict = judgeRequest((await requestFor(`CN=${uid}`, P256)).csr, uid);
    if (verdict.kind !== 'good') throw new Error(verdict.reason);
    const issued = await authority.issue(verdict.publicKey, uid, nowMs, 100 * 365 * DAY_MS);
    expect(issued.expiresAtMs).toBe(authority.expiresAtMs);
  });
});
