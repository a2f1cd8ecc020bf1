import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { takesCredentials } from '../agents/enrolment.ts';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import type { IssuedCertificate } from './certificate-authority.ts';
import type { RequestVerdict } from './certificate-request.ts';
import { type Credential, newCredential } from './credential.ts';
import type { CredentialBook } from './credential-book.ts';
import { BY_ITSELF, type CredentialIssuer, type EncodedSettings } from './credential-issuer.ts';
import type { CredentialStore } from './credential-store.ts';
import type { Grant } from './grant.ts';

/** The authority for certificates of agents, and how requests to it are judged. */
export interface Certification {
  readonly lifeMs: number;
  readonly judge: (csr: Uint8Array, uid: InstanceUid) => RequestVerdict;
  readonly issue: (
    publicKey: Uint8Array,
    uid: InstanceUid,
    nowMs: number,
    lifeMs: number,
  ) => Promise<IssuedCertificate>;
  readonly encode: (endpoint: string, cert: string) => EncodedSettings;
}

export interface CertificateIssuerOptions extends Certification {
  readonly book: CredentialBook;
  readonly store: CredentialStore;
  readonly offers: CredentialIssuer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly record: (uid: InstanceUid) => AgentRecord | undefined;
  readonly grantOf: (uid: InstanceUid) => Grant | undefined;
  readonly changed: (uid: InstanceUid) => void;
}

/** Certificates that an agent asked for and has not come by: it asks again where an answer was lost. */
const OLD_OFFERS_MAX = 2;
const SECURE = /^(?:wss|https):/;

/** Answers certificate requests of agents (specification: Agent-initiated CSR Flow): judged at once, on disk before it is offered. */
export class CertificateIssuer {
  readonly #options: CertificateIssuerOptions;
  readonly #running = new Map<InstanceUid, Promise<void>>();

  constructor(options: CertificateIssuerOptions) {
    this.#options = options;
  }

  /** Why the request is refused; undefined where the answer is an offer, soon. */
  request(uid: InstanceUid, csr: Uint8Array): string | undefined {
    const agent = this.#options.record(uid);
    if (agent?.enrolment.state !== 'approved') return 'the agent is not approved';
    if (!takesCredentials(agent)) return 'the agent does not announce AcceptsOpAMPConnectionSettings';
    const endpoint = this.#options.grantOf(uid)?.endpoint;
    if (endpoint === undefined || !SECURE.test(endpoint))
      return 'a client certificate needs a connection with TLS';
    const verdict = this.#options.judge(csr, uid);
    if (verdict.kind === 'refused') {
      this.#options.log.warn({ agent: uid, reason: verdict.reason }, 'certificate request refused');
      return verdict.reason;
    }
    if (this.#running.has(uid)) return undefined;
    const running = this.#issue(uid, verdict.publicKey, endpoint)
      .catch((error: unknown) =>
        this.#options.log.error({ error: errorText(error), agent: uid }, 'certificate not issued'),
      )
      .finally(() => this.#running.delete(uid));
    this.#running.set(uid, running);
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #issue(uid: InstanceUid, publicKey: Uint8Array, endpoint: string): Promise<void> {
    const { book, store, offers, clock, ids, log, lifeMs, issue, encode } = this.#options;
    const certificate = await issue(publicKey, uid, clock.now(), lifeMs);
    const settings = encode(endpoint, certificate.cert);
    const credential: Credential = {
      ...newCredential(ids.next(), uid, BY_ITSELF, clock.now()),
      kind: 'certificate',
      state: 'offered',
      hash: certificate.fingerprint,
      offerHash: settings.hash,
      expiresAtMs: certificate.expiresAtMs,
    };
    await store.save([credential]);
    // What was revoked while it was written is taken back.
    if (this.#options.record(uid)?.enrolment.state !== 'approved') {
      await store.remove([credential.id]);
      return;
    }
    const old = book
      .of(uid)
      .filter(({ kind, state }) => kind === 'certificate' && state === 'offered')
      .slice(0, -OLD_OFFERS_MAX);
    book.put(credential);
    for (const { id } of old) book.remove(id);
    this.#options.changed(uid);
    log.info({ agent: uid, credential: credential.id }, 'certificate issued');
    offers.offerThis(uid, { ...settings, credentialId: credential.id, endpoint });
    await store.remove(old.map(({ id }) => id));
  }
}
