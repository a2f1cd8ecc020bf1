import { describe, expect, test } from 'vitest';
import { APPROVED, NO_ACCESS, PENDING } from '../agents/enrolment.ts';
import {
  HOUR_MS,
  kindOf,
  offerOf,
  settle,
  startWorld,
  takeIntoUse,
  uid,
} from '../testing/credential-world.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { uidOf, until } from '../testing/domain.ts';
import { AdmissionService } from './admission-service.ts';
import type { Grant } from './grant.ts';

/** What operators decide of who may connect, over a database that `open` gives, fresh each time. */
export function enrolmentSuite(open: () => Promise<TestDatabase>): void {
  describe('decisions of operators', () => {
    test('approval is on disk, with its author, in the record and in the timeline', async () => {
      await using db = await open();
      const world = await startWorld(db);
      world.connect(uid, { access: NO_ACCESS, enrolment: PENDING });
      expect(world.agents.stats().enrolment).toMatchObject({ pending: 1, approved: 0 });
      await world.enrolment.actOn(uid, 'approve', 'ada');
      const again = await startWorld(db, world.clock);
      const [agent] = again.agents.list({ limit: 10, enrolment: ['approved'] }).items;
      expect(agent?.enrolment).toMatchObject({ state: 'approved', decidedBy: 'ada' });
      const { items } = await world.agents.events(uid, { limit: 10 });
      const kinds = items.map(({ kind }) => kind).filter((kind) => kind.startsWith('appro'));
      expect(kinds).toEqual(['approved', 'approval_pending']);
    });

    test('an agent that was seen and not approved still waits after a kill', async () => {
      await using db = await open();
      const world = await startWorld(db);
      world.connect(uid, { access: NO_ACCESS, enrolment: PENDING });
      await world.agents.flush();
      const again = await startWorld(db, world.clock);
      expect(again.agents.record(uid)?.enrolment.state).toBe('pending');
    });

    test('an agent that waits is approved by a connection that needs no approval, and a decision stays', async () => {
      await using db = await open();
      const world = await startWorld(db);
      world.connect(uid, { enrolment: PENDING });
      world.connect(uidOf(2), { enrolment: PENDING });
      await world.enrolment.actOn(uidOf(2), 'reject', 'ada');
      const byToken = { state: 'approved', by: 'enrolment token "edge"', atMs: null } as const;
      for (const number of [1, 2]) world.connect(uidOf(number), { enrolment: byToken });
      expect(world.agents.record(uid)?.enrolment).toMatchObject({ state: 'approved', by: byToken.by });
      expect(world.agents.record(uidOf(2))?.enrolment.state).toBe('rejected');
    });

    test('revocation voids every credential and ends the connection, also after a kill', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const token = await settle(world);
      await world.enrolment.actOn(uid, 'revoke', 'ada');
      expect(world.ended).toEqual([[uid, 'the credential was revoked']]);
      expect(world.credentials.verify(token)).toBeUndefined();
      const again = await startWorld(db, world.clock);
      expect(again.credentials.verify(token)).toBeUndefined();
      expect(again.agents.record(uid)?.enrolment).toMatchObject({ state: 'revoked', by: 'ada' });
      expect(kindOf(again)).toBe('none');
      await again.enrolment.actOn(uid, 'approve', 'bob');
      expect(again.credentials.verify(token)).toBeUndefined();
      await offerOf(again);
    });

    test('the last credential that is taken revokes the agent; one of two does not', async () => {
      await using db = await open();
      const world = await startWorld(db);
      await settle(world);
      await world.enrolment.rotate(uid, 'ada');
      await until(world, () => world.offered(uid) !== undefined);
      const { items } = await world.credentials.page({ limit: 10 }, uid);
      const active = items.find(({ state }) => state === 'active')?.id ?? '';
      await world.enrolment.removeCredential(uid, active, 'ada');
      expect(world.ended).toEqual([[uid, 'the credential was revoked']]);
      expect(world.agents.record(uid)?.enrolment.state).toBe('approved');
      const next = world.offered(uid) ?? '';
      takeIntoUse(world, next);
      await world.enrolment.removeCredential(uid, world.credentials.verify(next)?.id ?? '', 'ada');
      expect(world.agents.record(uid)?.enrolment.state).toBe('revoked');
      await expect(world.enrolment.removeCredential(uid, active, 'ada')).rejects.toMatchObject({
        code: 'credential_not_found',
      });
    });

    test('an agent that is let in again may come by another client certificate', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const admission = new AdmissionService({ ...world, maxPending: 10 });
      const by = (name: string): Grant => ({
        access: { kind: 'certificate', token: null },
        enrolment: APPROVED,
        certificate: `certificate:CN=${name}`,
        credentialId: null,
        endpoint: 'wss://here',
      });
      world.connect(uid, by('one'));
      expect(admission.refusal(uid, by('one'))).toBeUndefined();
      expect(admission.refusal(uid, by('two'))?.message).toContain('another client certificate');
      await world.enrolment.actOn(uid, 'revoke', 'ada');
      expect(admission.refusal(uid, by('one'))?.message).toContain('was revoked');
      await world.enrolment.actOn(uid, 'approve', 'ada');
      expect(admission.refusal(uid, by('two'))).toBeUndefined();
    });

    test('a selector approves those that wait and nobody who was shut out; the preview says so first', async () => {
      await using db = await open();
      const world = await startWorld(db);
      for (const number of [1, 2, 3, 4]) world.connect(uidOf(number), { enrolment: PENDING });
      await world.enrolment.actOn(uidOf(1), 'reject', 'ada');
      await world.enrolment.actOn(uidOf(2), 'approve', 'ada');
      const preview = world.enrolment.preview('approve', { selector: '' });
      expect(preview).toEqual({
        matched: 4,
        changed: 2,
        unchanged: 1,
        cannot: [{ reason: 'was rejected: approve it by its uid', count: 1 }],
        instanceUids: [uidOf(3), uidOf(4)],
      });
      expect(world.agents.countEnrolment('pending')).toBe(2);
      // Who comes between preview and act is not among those that were seen.
      world.connect(uidOf(5), { enrolment: PENDING });
      await world.enrolment.act('approve', { instanceUids: preview.instanceUids }, 'ada');
      expect(world.agents.record(uidOf(5))?.enrolment.state).toBe('pending');
      expect(world.agents.countEnrolment('approved')).toBe(3);
      const named = await world.enrolment.act('approve', { instanceUids: [uidOf(1), uidOf(9)] }, 'ada');
      expect(named).toMatchObject({ changed: 1, cannot: [{ reason: 'is not known', count: 1 }] });
    });

    test('what makes no sense is refused with its reason', async () => {
      await using db = await open();
      const world = await startWorld(db);
      world.connect(uid, { enrolment: PENDING });
      world.connect(uidOf(2), {}, 0x1n);
      const conflict = { code: 'enrolment_state_conflict' };
      await expect(world.enrolment.actOn(uid, 'revoke', 'ada')).rejects.toMatchObject(conflict);
      await expect(world.enrolment.actOn(uidOf(2), 'reject', 'ada')).rejects.toMatchObject(conflict);
      await expect(world.enrolment.rotate(uid, 'ada')).rejects.toMatchObject({ code: 'agent_not_approved' });
      await expect(world.enrolment.rotate(uidOf(2), 'ada')).rejects.toMatchObject({
        code: 'capability_missing',
      });
      await expect(world.enrolment.actOn(uidOf(9), 'approve', 'ada')).rejects.toMatchObject({
        code: 'agent_not_found',
      });
    });

    test('whoever was shut out is not forgotten by the passing of time', async () => {
      await using db = await open();
      const world = await startWorld(db);
      for (const number of [1, 2]) world.connect(uidOf(number));
      await world.enrolment.actOn(uid, 'revoke', 'ada');
      world.disconnect(uidOf(2));
      await world.agents.flush();
      world.clock.advance(31 * 24 * HOUR_MS);
      await until(world, () => world.agents.record(uidOf(2)) === undefined);
      expect(world.agents.record(uid)?.enrolment.state).toBe('revoked');
    });
  });

  describe('an enrolment token', () => {
    test('that is deleted or expires ends the connections that came by it, and no other', async () => {
      await using db = await open();
      const world = await startWorld(db);
      const expiresAt = new Date(world.clock.now() + HOUR_MS).toISOString();
      const deleted = await world.tokens.create({ name: 'deleted' }, 'ada');
      const short = await world.tokens.create({ name: 'short', expiresAt }, 'ada');
      const by = ({ id, name }: { id: string; name: string }): Partial<Grant> => ({
        access: { kind: 'token', token: { id, name } },
      });
      await settle(world);
      world.connect(uidOf(2), by(deleted), 0x1n);
      world.connect(uidOf(3), by(short), 0x1n);
      expect(world.tokens.get(deleted.id).agents).toEqual({ connected: 1, known: 1 });
      await world.tokens.remove(deleted.id, 'ada');
      expect(world.ended).toEqual([[uidOf(2), 'the enrolment token was deleted by ada']]);
      world.clock.advance(HOUR_MS + 1000);
      await until(world, () => world.ended.length === 2);
      expect(world.ended[1]).toEqual([uidOf(3), 'the enrolment token has expired']);
      const { items } = await world.agents.events(uidOf(2), { limit: 10 });
      expect(items.find(({ kind }) => kind === 'access_ended')?.detail).toBe(
        'its connection ended: enrolment token "deleted" was deleted by ada',
      );
    });
  });

  test('the list of credentials is paged by last use in either direction', async () => {
    await using db = await open();
    const world = await startWorld(db);
    const uids = [1, 2, 3, 4, 5].map(uidOf);
    for (const each of uids) {
      await settle(world, each);
      world.clock.advance(1000);
    }
    for (const [sort, expected] of [
      ['-lastUsedAt', uids.toReversed()],
      ['lastUsedAt', uids],
      ['createdAt', uids],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await world.credentials.page({ limit: 2, sort, cursor });
        expect(page.total).toBe(5);
        seen.push(...page.items.map(({ instanceUid }) => instanceUid));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(expected);
    }
    expect((await world.credentials.page({ limit: 2, state: 'offered' })).total).toBe(0);
  });
}
