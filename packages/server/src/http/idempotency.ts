import { hkdfSync } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { sha256OfFields } from '../lib/hash.ts';
import { seal, unseal } from '../lib/seal.ts';
import type { Secret } from '../lib/secret.ts';
import type { ApiRoutes } from './api.ts';
import type { IdempotencyStore } from './idempotency-store.ts';

export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  /** Kept answers are encrypted under this and the caller's key. */
  readonly secret: Secret;
}

const KEPT_MS = 24 * 3_600_000;
const MAX_KEPT = 10_000;
const TRIM_EVERY = 256;

interface Pending {
  readonly keyHash: string;
  readonly requestHash: string;
  readonly sealKey: Buffer;
}

/** A POST that is repeated with its Idempotency-Key within 24 hours is answered as the first time and does nothing again. */
export function idempotency({ store, clock, secret }: IdempotencyOptions): ApiRoutes {
  const running = new Set<string>();
  const pending = new WeakMap<FastifyRequest, Pending>();
  let inserts = 0;

  function pendingOf(request: FastifyRequest, key: string): Pending {
    const { name } = request.principal;
    return {
      keyHash: sha256OfFields([name, key]),
      requestHash: sha256OfFields([request.method, request.url, JSON.stringify(request.body ?? null)]),
      sealKey: Buffer.from(hkdfSync('sha256', secret.reveal(), key, `drover idempotency ${name}`, 32)),
    };
  }

  return (api) => {
    api.addHook('preHandler', async (request, reply) => {
      const key = request.headers['idempotency-key'];
      if (key === undefined || request.method !== 'POST' || request.routeOptions.config.isOpen) return;
      if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
        throw new DomainError(
          'invalid_request',
          'Idempotency-Key: expected 1 to 255 visible ASCII characters.',
        );
      }
      const mine = pendingOf(request, key);
      if (running.has(mine.keyHash)) {
        throw new DomainError(
          'idempotency_conflict',
          'A request with this Idempotency-Key is being handled now.',
          {
            facts: { retryAfterSeconds: 1 },
          },
        );
      }
      running.add(mine.keyHash);
      pending.set(request, mine);
      const kept = await store.find(mine.keyHash);
      if (kept === undefined || kept.createdAtMs < clock.now() - KEPT_MS) return;
      // Undefined too where the administrator's token is another by now.
      const answer = kept.requestHash === mine.requestHash ? unseal(mine.sealKey, kept.answer) : undefined;
      if (answer === undefined) {
        throw new DomainError(
          'idempotency_conflict',
          'This Idempotency-Key was used for another request: choose a new one.',
        );
      }
      running.delete(mine.keyHash);
      pending.delete(request);
      reply.header('idempotency-replayed', 'true').status(kept.status);
      return answer === ''
        ? reply.send()
        : reply.type('application/json; charset=utf-8').serializer(String).send(answer);
    });
    // The answer is on disk before it leaves: an acknowledged write is never done twice.
    api.addHook('onSend', async (request, reply, payload) => {
      const mine = pending.get(request);
      if (mine === undefined || reply.statusCode >= 300) return payload;
      const { keyHash, requestHash, sealKey } = mine;
      const answer = seal(sealKey, typeof payload === 'string' ? payload : '');
      await store.insert({
        keyHash,
        requestHash,
        status: reply.statusCode,
        answer,
        createdAtMs: clock.now(),
      });
      inserts += 1;
      if (inserts % TRIM_EVERY === 1) await store.trim(clock.now() - KEPT_MS, MAX_KEPT);
      return payload;
    });
    const finish = (request: FastifyRequest) => {
      const mine = pending.get(request);
      if (mine !== undefined) running.delete(mine.keyHash);
    };
    api.addHook('onResponse', async (request) => finish(request));
    api.addHook('onRequestAbort', async (request) => finish(request));
  };
}
