import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { InstanceUid } from '../agents/agent.ts';
import { judgeRequest, type RequestVerdict } from './certificate-request.ts';

/** Certificate and key of an authority, PEM; the key as PKCS #8. */
export interface AuthorityFiles {
  readonly cert: string;
  readonly key: string;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly cert: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const AUTHORITY_LIFE_MS = 10 * 365 * 86_400_000;
/** Clocks of agents that are behind by less take the certificate at once. */
const SKEW_MS = 5 * 60_000;

/** A new authority for certificates of agents, with a name of its own, so that its certificates are told from those of others. */
export async function newAuthority(nowMs: number): Promise<AuthorityFiles> {
  cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [`Drover agents ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(nowMs + AUTHORITY_LIFE_MS),
    signingAlgorithm: EC,
    keys: keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: `${cert.toString('pem')}\n`, key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n` };
}

/** Signs client certificates of agents, each for one instance uid. */
export class CertificateAuthority {
  /** PEM; what a listener has to trust. */
  readonly cert: string;
  /** By which its certificates are told from others. */
  readonly commonName: string;
  readonly #parsed: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(cert: string, parsed: X509Certificate, commonName: string, key: webcrypto.CryptoKey) {
    this.cert = cert;
    this.commonName = commonName;
    this.#parsed = parsed;
    this.#key = key;
  }

  /** Rejects with an Error that says what is wrong with the files. The key has to be EC on P-256. */
  static async open({ cert, key }: AuthorityFiles): Promise<CertificateAuthority> {
    cryptoProvider.set(webcrypto);
    const parsed = new X509Certificate(cert);
    const commonName = /^CN=(.+)$/m.exec(parsed.subject)?.[1];
    if (!parsed.ca || commonName === undefined)
      throw new Error('the certificate is not that of an authority with a common name');
    const privateKey = createPrivateKey(key);
    if (!parsed.checkPrivateKey(privateKey)) throw new Error('the key is not that of the certificate');
    if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new Error('the key is not one of the curve P-256');
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    const signing = await webcrypto.subtle.importKey('pkcs8', pkcs8, EC, false, ['sign']);
    return new CertificateAuthority(cert, parsed, commonName, signing);
  }

  /** What an agent's request is worth. */
  judge(csr: Uint8Array, uid: InstanceUid): RequestVerdict {
    return judgeRequest(csr, uid);
  }

  get expiresAtMs(): number {
    return this.#parsed.validToDate.getTime();
  }

  /** `publicKey` is an encoded SubjectPublicKeyInfo. The certificate does not outlive the authority. */
  async issue(
    publicKey: Uint8Array,
    uid: InstanceUid,
    nowMs: number,
    lifeMs: number,
  ): Promise<IssuedCertificate> {
    const expiresAtMs = Math.min(nowMs + lifeMs, this.expiresAtMs);
    const subjectKey = new PublicKey(new Uint8Array(publicKey));
    const authorityKey = new PublicKey(
      new Uint8Array(this.#parsed.publicKey.export({ type: 'spki', format: 'der' })),
    );
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [{ CN: [uid] }],
      issuer: [{ CN: [this.commonName] }],
      notBefore: new Date(nowMs - SKEW_MS),
      notAfter: new Date(expiresAtMs),
      publicKey: subjectKey,
      signingKey: this.#key,
      signingAlgorithm: EC,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
        await SubjectKeyIdentifierExtension.create(subjectKey),
        await AuthorityKeyIdentifierExtension.create(authorityKey),
      ],
    });
    const cert = `${certificate.toString('pem')}\n`;
    return { cert, fingerprint: fingerprintOf(new X509Certificate(cert).fingerprint256), expiresAtMs };
  }
}

/** Node writes fingerprints as upper-case pairs with colons between them. */
export function fingerprintOf(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

/** 126 random bits, positive. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
