import { X509Certificate } from 'node:crypto';
import { type InstanceUid, parseInstanceUid } from '@drover/opamp';
import type { ClientStateStore, OpampClient } from '@drover/opamp/client';
import { certificateRequest } from '../credentials/certificate-request.ts';
import type { Logger } from '../logs/logger.ts';

/** A request that is not answered is made again no sooner; approval may take its time. */
const REPEAT_AFTER_MS = 10 * 60_000;
const CHECK_EVERY_MS = 60 * 60_000;

export interface CertificateRenewalOptions {
  readonly client: Pick<OpampClient, 'requestCertificate' | 'instanceUid' | 'isConnected'>;
  readonly store: Pick<ClientStateStore, 'load'>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Requests a client certificate from the server when one is needed (specification: Agent-initiated CSR Flow). */
export interface CertificateRenewal {
  /** To be called on each connection and for each new instance uid. */
  check(): void;
  close(): void;
}

export function certificateRenewal({
  client,
  store,
  now,
  logger,
}: CertificateRenewalOptions): CertificateRenewal {
  let requestedAtMs = Number.NEGATIVE_INFINITY;
  let requestedFor: InstanceUid | undefined;

  const check = () => {
    if (!client.isConnected) return;
    const { instanceUid } = client;
    const state = store.load();
    if (!isDue(state?.settings?.certificate?.cert, instanceUid, now())) return;
    if (requestedFor === instanceUid && now() - requestedAtMs < REPEAT_AFTER_MS) return;
    // A certificate for the earlier request, which may still come, has to fit the key.
    const { csr, key } = certificateRequest(instanceUid, state?.requestedKey);
    if (!client.requestCertificate(csr, key)) return;
    requestedAtMs = now();
    requestedFor = instanceUid;
    logger.info({ subject: `CN=${instanceUid}` }, 'client certificate requested');
  };
  const timer = setInterval(check, CHECK_EVERY_MS);
  timer.unref();
  return { check, close: () => clearInterval(timer) };
}

/** True where there is no certificate, two thirds of its life are over, or it is that of another instance uid. */
export function isDue(cert: string | undefined, instanceUid: InstanceUid, nowMs: number): boolean {
  if (cert === undefined) return true;
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch {
    return true;
  }
  const from = parsed.validFromDate.getTime();
  const to = parsed.validToDate.getTime();
  if (nowMs >= from + ((to - from) * 2) / 3) return true;
  // A server may name its agents otherwise.
  const subject = parseInstanceUid(/^CN=(.*)$/m.exec(parsed.subject)?.[1] ?? '');
  return subject !== undefined && subject !== instanceUid;
}
