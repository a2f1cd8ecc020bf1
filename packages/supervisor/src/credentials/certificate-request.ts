import { createPrivateKey, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto';

/** A signing request and the key that it is for, both PEM. */
export interface CertificateRequest {
  readonly csr: string;
  readonly key: string;
}

/**
 * A certificate signing request (PKCS #10, RFC 2986) for the subject `CN=<commonName>` and a P-256 key: that of an earlier request that is not answered yet,
 * else a new one. It has one form only, which is why it is written here: a library for all of X.509 would be a third of this program's size.
 */
export function certificateRequest(commonName: string, earlierKey: string | undefined): CertificateRequest {
  const key =
    earlierKey === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
      : createPrivateKey(earlierKey);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version = der(INTEGER, Buffer.of(0));
  const info = der(SEQUENCE, version, subject(commonName), publicKey, der(ATTRIBUTES));
  const signature = createSign('sha256').update(info).sign(key);
  const request = der(
    SEQUENCE,
    info,
    der(SEQUENCE, ECDSA_WITH_SHA256),
    der(BIT_STRING, Buffer.of(0), signature),
  );
  return {
    csr: pem('CERTIFICATE REQUEST', request),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const SEQUENCE = 0x30;
const SET = 0x31;
/** [0], which has to be there, and is empty. */
const ATTRIBUTES = 0xa0;
/** Object identifiers, encoded: 2.5.4.3 and 1.2.840.10045.4.3.2. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

function subject(commonName: string): Buffer {
  const attribute = der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName, 'utf8')));
  return der(SEQUENCE, der(SET, attribute));
}

/** Tag, length and content (X.690, distinguished encoding). */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const head = body.length < 0x80 ? [tag, body.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), body]);
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
