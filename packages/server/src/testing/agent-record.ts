import { type AgentRecord, type InstanceUid, NO_CONFIG } from '../agents/agent.ts';
import { APPROVED, NO_ACCESS } from '../agents/enrolment.ts';

export function uidAt(at: number): InstanceUid {
  return `01900000-0000-7000-8000-${String(at).padStart(12, '0')}` as InstanceUid;
}

/** An agent that is well and has nothing to it but what is said. */
export function agentRecord(at: number, parts: Partial<Omit<AgentRecord, 'uid'>> = {}): AgentRecord {
  return {
    uid: uidAt(at),
    displayNameOverride: null,
    labels: {},
    attributes: [],
    capabilities: 0n,
    health: { state: 'healthy', status: '', lastError: '' },
    config: NO_CONFIG,
    desired: null,
    certificate: null,
    enrolment: APPROVED,
    access: NO_ACCESS,
    ownCredential: 'none',
    connection: { state: 'connected', transport: 'http', remoteAddress: '', sinceMs: 0 },
    firstSeenAtMs: 0,
    effectiveConfigAtMs: null,
    drift: null,
    effectiveContent: null,
    ...parts,
  };
}

export const NEVER_SEEN = { lastMessageAtMs: 0, sequenceNum: 0n, parts: {}, hasStoredParts: false };
