import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { InstanceUid } from '../agents/agent.ts';

const PREFIX = 'drv_metrics_';
const FORM = `${PREFIX}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})`;
const TOKEN = new RegExp(`^${FORM}$`);
const TOKENS = new RegExp(FORM, 'g');

/** When an operator let the agent in; null where nobody had to. An agent that was shut out and let in again has another token. */
export type LetInAtMs = number | null;

/**
 * Tokens by which agents send their own metrics to this control plane, and do nothing else: they stand in the configurations of Collectors, which is no
 * place for the credential of a link. Each follows from the key of this installation, the instance uid and the time when the agent was let in, so that
 * nothing is stored, the same agent is always offered the same, and every node of an installation knows it.
 */
export class OwnMetricsTokens {
  readonly #key: Buffer;

  /** `secretKey` is that of the installation; another one is made of it. */
  constructor(secretKey: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', secretKey, '', 'drover own metrics', 32));
  }

  issue(uid: InstanceUid, letInAtMs: LetInAtMs): string {
    return `${PREFIX}${uid}_${this.#proof(uid, letInAtMs).toString('base64url')}`;
  }

  /** The agent that the token says it is of; undefined for a text that is no such token. Not proved yet: see `verify`. */
  claimOf(token: string): InstanceUid | undefined {
    return TOKEN.exec(token)?.[1] as InstanceUid | undefined;
  }

  verify(token: string, uid: InstanceUid, letInAtMs: LetInAtMs): boolean {
    const [, claimed, proof = ''] = TOKEN.exec(token) ?? [];
    return claimed === uid && timingSafeEqual(Buffer.from(proof, 'base64url'), this.#proof(uid, letInAtMs));
  }

  #proof(uid: InstanceUid, letInAtMs: LetInAtMs): Buffer {
    return createHmac('sha256', this.#key)
      .update(`${uid} ${letInAtMs ?? ''}`)
      .digest();
  }
}

export function looksLikeMetricsToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** False where no such token can stand in these bytes or this text. */
export function mayHoldMetricsToken(content: Uint8Array | string): boolean {
  if (typeof content === 'string') return content.includes(PREFIX);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes(PREFIX);
}

/** The text with `mask` in the place of every such token, whosever it is. */
export function maskMetricsTokens(text: string, mask: string): string {
  return text.replaceAll(TOKENS, mask);
}
