import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import 'reflect-metadata';
import { type InstanceUid, parseInstanceUid } from '@drover/opamp';
import { Pkcs10CertificateRequest } from '@peculiar/x509';

/** What a certificate signing request is worth. */
export type RequestVerdict =
  | { readonly kind: 'good' /** Encoded SubjectPublicKeyInfo. */; readonly publicKey: Uint8Array }
  | { readonly kind: 'refused'; readonly reason: string };

const REQUEST_MAX_BYTES = 16 * 1024;
const RSA_MIN_BITS = 2048;
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const PEM = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----[\s\S]+-----END (?:NEW )?CERTIFICATE REQUEST-----/;

const refused = (reason: string): RequestVerdict => ({ kind: 'refused', reason });

/**
 * Judges the request of an agent (PKCS #10, PEM): whether it holds the key, whether the key is strong enough, and that it asks for nobody else's name
 * (specification: Agent-initiated CSR Flow). At once, because a refusal is the answer to the message that brought it.
 */
export function judgeRequest(pem: Uint8Array, uid: InstanceUid): RequestVerdict {
  if (pem.length > REQUEST_MAX_BYTES)
    return refused(`the request has ${pem.length} bytes, the limit is ${REQUEST_MAX_BYTES}`);
  const text = PEM.exec(Buffer.from(pem).toString('latin1'))?.[0];
  if (text === undefined) return refused('the request is no PEM of a certificate request (PKCS #10)');
  let request: Pkcs10CertificateRequest;
  let key: KeyObject;
  try {
    request = new Pkcs10CertificateRequest(text);
    key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch {
    return refused('the request cannot be decoded');
  }
  const weakness = weaknessOf(key);
  if (weakness !== undefined) return refused(weakness);
  if (!isSignedBy(request, key)) return refused('the signature of the request is not that of its key');
  const [name] = request.subjectName.getField('CN');
  const named = name === undefined ? undefined : parseInstanceUid(name.toLowerCase());
  if (named !== undefined && named !== uid)
    return refused(`the request names the agent ${named}, and comes from ${uid}`);
  return { kind: 'good', publicKey: new Uint8Array(request.publicKey.rawData) };
}

function weaknessOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  switch (asymmetricKeyType) {
    case 'ed25519':
      return undefined;
    case 'ec':
      return CURVES.has(asymmetricKeyDetails?.namedCurve ?? '')
        ? undefined
        : `the curve ${asymmetricKeyDetails?.namedCurve} is not taken; take P-256, P-384 or P-521`;
    case 'rsa': {
      const bits = asymmetricKeyDetails?.modulusLength ?? 0;
      return bits >= RSA_MIN_BITS
        ? undefined
        : `an RSA key of ${bits} bits is too weak; take ${RSA_MIN_BITS}`;
    }
    default:
      return `a key of the kind ${asymmetricKeyType} is not taken; take EC, Ed25519 or RSA`;
  }
}

function isSignedBy(request: Pkcs10CertificateRequest, key: KeyObject): boolean {
  const [content, , signature] = elementsOf(Buffer.from(request.rawData));
  if (content === undefined || signature === undefined) return false;
  const { hash } = request.signatureAlgorithm as { readonly hash?: { readonly name: string } };
  const algorithm = hash?.name.replace('-', '').toLowerCase() ?? null;
  // The bit string begins with the number of bits that are unused, which is none.
  const bits = signature.content.subarray(1);
  try {
    return verify(algorithm, content.whole, key, bits);
  } catch {
    return false;
  }
}

interface Element {
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** The elements of an encoded sequence (X.690, distinguished encoding). The bytes have been decoded once already, so that their lengths are right. */
function elementsOf(sequence: Buffer): Element[] {
  const { content } = elementAt(sequence, 0);
  const elements: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const element = elementAt(content, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

function elementAt(bytes: Buffer, at: number): Element {
  const first = bytes[at + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return { whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) };
}
