import type { AcceptDecision, ConnectionRequest } from '@drover/opamp/server';
import { type Access, APPROVED, type Enrolment, NO_ACCESS, PENDING } from '../agents/enrolment.ts';
import { type Credential, looksLikeCredential } from '../connections/credential.ts';
import type { EnrolmentToken } from '../connections/enrolment-token.ts';
import type { Grant } from '../connections/grant.ts';
import type { Enrolment as EnrolmentMode } from '../settings.ts';
import { type EndpointSettings, endpointOf } from './agent-endpoint.ts';
import { bearerToken } from './bearer-token.ts';
import { Grants } from './grants.ts';

export interface AcceptOptions extends EndpointSettings {
  readonly mode: EnrolmentMode;
  /** Undefined for a text that is no enrolment token, or one that has expired. */
  readonly verifyToken: (text: string) => EnrolmentToken | undefined;
  /** Undefined for a text that is no credential of an agent, or one that lets nobody in any more. */
  readonly verifyCredential: (text: string) => Credential | undefined;
  /** The authority for certificates of agents; undefined where there is none. */
  readonly authority:
    | {
        readonly commonName: string;
        /** Undefined for a certificate, by its SHA-256 in lower-case hex, that lets nobody in any more. */
        readonly verify: (fingerprint: string) => Credential | undefined;
      }
    | undefined;
}

/** What lets a connection in, but for its endpoint. */
interface Found extends Omit<Grant, 'endpoint'> {
  readonly kind: 'found';
  /** Tells it from others. */
  readonly key: string;
}

type Outcome = Found | { readonly kind: 'refused'; readonly message: string };

const OWN: Access = { kind: 'own', token: null };
const CERTIFICATE: Access = { kind: 'certificate', token: null };

const refused = (message: string): Outcome => ({ kind: 'refused', message });
const anybody = (enrolment: Enrolment): Found => ({
  kind: 'found',
  key: enrolment.state,
  access: NO_ACCESS,
  enrolment,
  certificate: null,
  credentialId: null,
});

/** A certificate of the server's own authority counts before everything else that is shown; undefined where none is. */
function byOwnCertificate(
  { tlsSocket }: ConnectionRequest,
  { authority }: AcceptOptions,
): Outcome | undefined {
  if (authority === undefined || tlsSocket?.authorized !== true) return undefined;
  const { issuer, fingerprint256 } = tlsSocket.getPeerCertificate();
  if (issuer?.CN !== authority.commonName) return undefined;
  const found = authority.verify(fingerprint256.replaceAll(':', '').toLowerCase());
  if (found === undefined) return refused('the certificate was revoked, or another one has taken its place');
  return { ...anybody(APPROVED), key: `own ${found.id}`, access: OWN, credentialId: found.id };
}

function byCertificate({ tlsSocket }: ConnectionRequest): Outcome {
  if (tlsSocket === undefined || !tlsSocket.authorized) {
    const reason = tlsSocket?.authorizationError;
    return refused(
      `a client certificate of this server's client CA is needed${reason ? ` (${String(reason)})` : ''}`,
    );
  }
  const { subject } = tlsSocket.getPeerCertificate();
  const name = Object.entries(subject ?? {})
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`)
    .sort()
    .join(',');
  const certificate = `certificate:${name}`;
  return { ...anybody(APPROVED), key: certificate, access: CERTIFICATE, certificate };
}

function byCredential(text: string, { verifyCredential }: AcceptOptions): Outcome {
  const found = verifyCredential(text);
  if (found === undefined) return refused('the credential was revoked, has expired, or was never one');
  return { ...anybody(APPROVED), key: `own ${found.id}`, access: OWN, credentialId: found.id };
}

/** No credential is named: a token is shared by many agents, and one that moves to the next token must not be taken for somebody else. */
function byToken(text: string, { mode, verifyToken }: AcceptOptions): Outcome {
  const token = verifyToken(text);
  if (token === undefined) return refused('the enrolment token is not known or has expired');
  const { id, name, autoApprove } = token;
  const isApproved = autoApprove || mode !== 'approval';
  const enrolment: Enrolment = isApproved
    ? { state: 'approved', by: `enrolment token "${name}"`, atMs: null }
    : PENDING;
  return { ...anybody(enrolment), key: `token ${id}`, access: { kind: 'token', token: { id, name } } };
}

function outcomeOf(request: ConnectionRequest, options: AcceptOptions): Outcome {
  const { mode } = options;
  const ownCertificate = byOwnCertificate(request, options);
  if (ownCertificate !== undefined) return ownCertificate;
  const text = bearerToken(request.headers.authorization);
  const isOwn = text !== undefined && looksLikeCredential(text);
  if (mode === 'mtls') {
    const certified = byCertificate(request);
    return isOwn && certified.kind === 'found' ? byCredential(text, options) : certified;
  }
  if (isOwn) return byCredential(text, options);
  if (mode === 'open') return anybody(APPROVED);
  if (text !== undefined) return byToken(text, options);
  if (mode === 'approval') return anybody(PENDING);
  return refused('an enrolment token is needed: send it as "Authorization: Bearer <token>"');
}

/** Who may connect, by the setting `agents.enrolment`. Decided before anything of the message is read; for which agents the connection serves is decided by `AdmissionService`. */
export function createAccept(options: AcceptOptions): (request: ConnectionRequest) => AcceptDecision {
  const grants = new Grants();
  return (request) => {
    const outcome = outcomeOf(request, options);
    if (outcome.kind === 'refused') {
      const headers = { 'www-authenticate': 'Bearer realm="drover-opamp"' };
      return { kind: 'refuse', status: 401, message: outcome.message, headers };
    }
    const { key, access, enrolment, certificate, credentialId } = outcome;
    const endpoint = endpointOf(request, options);
    const grant = { access, enrolment, certificate, credentialId, endpoint };
    return {
      kind: 'accept',
      grant: grants.share(`${request.transport} ${key} ${endpoint}`, grant),
    };
  };
}
