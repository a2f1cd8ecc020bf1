import { describe, expect, test } from 'vitest';
import { PENDING } from '../agents/enrolment.ts';
import { FakeClock } from '../lib/clock.ts';
import { cameBy, HOUR_MS, OWN, settle, startWorld, uid } from '../testing/credential-world.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { uidOf, until } from '../testing/domain.ts';
import type { Certification } from './certificate-issuer.ts';

/** The behaviour of certificates that agents ask for, over a database that `open` gives, fresh each time. */
export function certificateSuite(open: () => Promise<TestDatabase>): void {
  describe('a certificate', () => {
    const certification: Certification = {
      lifeMs: HOUR_MS,
      judge: (csr) =>
        csr.length === 0
          ? { kind: 'refused', reason: 'empty' }
          : { kind: 'good', publicKey: new Uint8Array(csr) },
      issue: async (publicKey, _uid, nowMs, lifeMs) => ({
        cert: 'certificate',
        fingerprint: Buffer.from(publicKey).toString('hex'),
        expiresAtMs: nowMs + lifeMs,
      }),
      encode: (endpoint, cert) => ({ hash: `${endpoint} ${cert}`, encoded: Buffer.from(cert) }),
    };
    const csr = Buffer.from('a key');
    const fingerprint = csr.toString('hex');

    test('that an agent asks for is on disk before it is offered, takes the place of its token, and expires', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { certification });
      const token = await settle(world);
      const byToken = cameBy(world, token);
      world.connect(uid, { ...byToken, endpoint: 'wss://here' });
      expect(world.credentials.certificateRequested(uid, Buffer.alloc(0))).toBe('empty');
      expect(world.credentials.certificateRequested(uid, csr)).toBeUndefined();
      await until(world, () => world.offered(uid) === 'certificate');
      await world.agents.flush();
      await world.credentials.stop();

      const again = await startWorld(db, world.clock, { certification });
      const credentialId = again.credentials.verifyCertificate(fingerprint)?.id ?? null;
      expect(credentialId).not.toBeNull();
      again.connect(uid, { access: OWN, credentialId, endpoint: 'wss://here' }, 0x101n);
      expect(again.credentials.verify(token)).toBeUndefined();
      const { items } = await again.credentials.page({ limit: 10 }, uid);
      expect(items).toMatchObject([{ kind: 'certificate', state: 'active' }]);
      await expect(again.enrolment.rotate(uid, 'ada')).rejects.toMatchObject({ code: 'capability_missing' });
      again.clock.advance(HOUR_MS + 10_000);
      expect(again.credentials.verifyCertificate(fingerprint)).toBeUndefined();
      expect(again.ended).toEqual([[uid, 'the credential has expired']]);
    });

    test('that it asks for while it tries a token that came unasked is still on offer, and serves, when it has settled that', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { certification });
      world.connect(uid, { endpoint: 'wss://here' });
      await until(world, () => world.offered(uid) !== undefined);
      const token = world.offered(uid) ?? '';
      expect(world.credentials.certificateRequested(uid, csr)).toBeUndefined();
      await until(world, () => world.offered(uid) === 'certificate');
      const byToken = { ...cameBy(world, token), endpoint: 'wss://here' };
      world.connect(uid, byToken);
      const report = { status: 'applied', hash: `wss://here ${token}`, errorMessage: '' } as const;
      world.credentials.reported(uid, report, byToken.credentialId ?? null);
      expect(world.offered(uid)).toBe('certificate');
      const credentialId = world.credentials.verifyCertificate(fingerprint)?.id ?? null;
      expect(credentialId).not.toBeNull();
      world.connect(uid, { access: OWN, credentialId, endpoint: 'wss://here' }, 0x101n);
      expect(world.credentials.verify(token)).toBeUndefined();
      expect(world.offered(uid)).toBeUndefined();
    });

    test('is refused without TLS and without approval', async () => {
      await using db = await open();
      const world = await startWorld(db, new FakeClock(), { certification });
      world.connect(uid);
      expect(world.credentials.certificateRequested(uid, csr)).toContain('TLS');
      world.connect(uidOf(2), { enrolment: PENDING, endpoint: 'wss://here' });
      expect(world.credentials.certificateRequested(uidOf(2), csr)).toContain('not approved');
      expect((await world.credentials.page({ limit: 10 }, uidOf(2))).total).toBe(0);
    });
  });
}
