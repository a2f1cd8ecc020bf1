import type { AgentLink, InstanceUid } from '../agents/agent.ts';
import { type Access, APPROVED } from '../agents/enrolment.ts';
import { CredentialService, type CredentialServiceOptions } from '../connections/credential-service.ts';
import { CredentialSql } from '../connections/credential-sql.ts';
import { EnrolmentService } from '../connections/enrolment-service.ts';
import { EnrolmentTokenService } from '../connections/enrolment-token-service.ts';
import { EnrolmentTokenSql } from '../connections/enrolment-token-sql.ts';
import type { Grant } from '../connections/grant.ts';
import { FakeClock } from '../lib/clock.ts';
import { createIds } from '../lib/ids.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from './databases.ts';
import { startDomain, type TestDomain, uidOf, until } from './domain.ts';

/** Status, AcceptsOpAMPConnectionSettings, ReportsConnectionSettingsStatus. */
export const TAKES = 0x8101n;
export const HOUR_MS = 3_600_000;
export const TOKEN: Access = { kind: 'token', token: { id: 'shared', name: 'edge' } };
export const OWN: Access = { kind: 'own', token: null };

export interface World extends TestDomain {
  readonly credentials: CredentialService;
  readonly enrolment: EnrolmentService;
  readonly tokens: EnrolmentTokenService;
  /** The token that the agent is offered now. */
  offered(uid: InstanceUid): string | undefined;
  /** As the protocol's adapter does it. */
  connect(uid: InstanceUid, by?: Partial<Grant>, capabilities?: bigint): void;
  disconnect(uid: InstanceUid): void;
  /** Reports of the connections that were ended, by agent. */
  readonly ended: [InstanceUid, string][];
}

/** The services over a database; without `stop` it is as if the process were killed. */
export async function startWorld(
  db: TestDatabase,
  clock = new FakeClock(),
  options: Partial<CredentialServiceOptions> = {},
): Promise<World> {
  // Ids sort by their time: those of the process before are older.
  clock.advance(1);
  const domain = await startDomain(db, clock);
  const { agents } = domain;
  const grants = new Map<InstanceUid, Grant>();
  const ended: [InstanceUid, string][] = [];
  const disconnect = (uid: InstanceUid): void => {
    grants.delete(uid);
    agents.agentDisconnected(uid, 'cut');
  };
  const links = {
    grantOf: (uid: InstanceUid) => grants.get(uid),
    end: (uid: InstanceUid, reason: string) => {
      if (!grants.has(uid)) return false;
      ended.push([uid, reason]);
      disconnect(uid);
      return true;
    },
    endGranted: async (matches: (grant: Grant) => boolean, reason: string) => {
      const all = [...grants].filter(([, grant]) => matches(grant));
      for (const [uid] of all) links.end(uid, reason);
      return all.length;
    },
  };
  const common = { agents, links, clock, ids: createIds(clock), log: silentLog };
  const tokens = new EnrolmentTokenService({ ...common, store: new EnrolmentTokenSql(db) });
  const credentials = new CredentialService({
    ...common,
    store: new CredentialSql(db),
    issue: 'all',
    certification: undefined,
    expireAfterMs: undefined,
    forgetAfterMs: 30 * 24 * HOUR_MS,
    encode: (endpoint, token) => ({ hash: `${endpoint} ${token}`, encoded: Buffer.from(token) }),
    ...options,
  });
  const enrolment = new EnrolmentService({ ...common, credentials, tokens });
  await tokens.start();
  await credentials.start();
  return {
    ...domain,
    credentials,
    enrolment,
    tokens,
    ended,
    offered: (uid) => {
      const offer = credentials.offer(uid);
      return offer && Buffer.from(offer.encoded).toString();
    },
    connect: (uid, by = {}, capabilities = TAKES) => {
      const grant = {
        access: TOKEN,
        enrolment: APPROVED,
        certificate: null,
        credentialId: null,
        endpoint: 'ws://here',
        ...by,
      };
      grants.set(uid, grant);
      const { access, enrolment: standing, certificate, credentialId } = grant;
      const link: AgentLink = {
        transport: 'websocket',
        remoteAddress: '10.0.0.1',
        sequenceNum: 1n,
        capabilities,
      };
      agents.agentConnected(uid, {
        ...link,
        access,
        enrolment: standing,
        ...(certificate === null ? {} : { certificate }),
      });
      if (credentialId !== null) credentials.linked(credentialId, (capabilities & 0x8000n) !== 0n);
    },
    disconnect,
    async stop() {
      await credentials.stop();
      await tokens.stop();
      await domain.stop();
    },
  };
}

export const uid = uidOf(1);

/** Connects the agent, waits for its offer, and returns the token in it. */
export async function offerOf(world: World, to = uid): Promise<string> {
  world.connect(to);
  await until(world, () => world.offered(to) !== undefined);
  return world.offered(to) ?? '';
}

export function cameBy(world: World, token: string): Partial<Grant> {
  const credential = world.credentials.verify(token);
  return { access: OWN, credentialId: credential?.id ?? null };
}

/** As an agent that came by what it was offered, and says so. */
export async function settle(world: World, to = uid): Promise<string> {
  const token = await offerOf(world, to);
  takeIntoUse(world, token, to);
  return token;
}

export function takeIntoUse(world: World, token: string, by = uid): void {
  const grant = cameBy(world, token);
  world.disconnect(by);
  world.connect(by, grant);
  const report = { status: 'applied', hash: `ws://here ${token}`, errorMessage: '' } as const;
  world.credentials.reported(by, report, grant.credentialId ?? null);
}

export const kindOf = ({ agents }: World, of = uid): string | undefined =>
  agents.list({ limit: 10, selector: `instanceUid=${of}` }).items[0]?.enrolment.credential;
