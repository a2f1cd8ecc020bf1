import type { EnrolmentState } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { isShutOut } from '../agents/enrolment.ts';
import type { Grant } from './grant.ts';

/** Why an agent may not speak through a connection. */
export interface AdmissionRefusal {
  readonly kind: 'unauthorized' | 'full';
  readonly message: string;
}

export interface AdmissionOptions {
  readonly agents: {
    record(uid: InstanceUid): AgentRecord | undefined;
    countEnrolment(state: EnrolmentState): number;
  };
  readonly tokens: { isValid(id: string): boolean };
  readonly credentials: {
    get(id: string): { readonly uid: InstanceUid } | undefined;
    isBound(uid: InstanceUid): boolean;
    touch(id: string): void;
  };
  /** Agents that wait for approval; more are told to come back later. */
  readonly maxPending: number;
}

/** Who may speak through which connection. Asked for each agent on a WebSocket and for each HTTP message: it looks things up and nothing more. */
export class AdmissionService {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Undefined where the agent may. */
  refusal(uid: InstanceUid, grant: Grant): AdmissionRefusal | undefined {
    const agent = this.#options.agents.record(uid);
    if (agent !== undefined && isShutOut(agent.enrolment))
      return unauthorized(`agent ${uid} was ${agent.enrolment.state}; an operator can approve it again`);
    return this.#refusalOfGrant(uid, agent, grant) ?? this.#refusalOfMany(agent, grant);
  }

  #refusalOfGrant(
    uid: InstanceUid,
    agent: AgentRecord | undefined,
    { access, certificate, credentialId }: Grant,
  ): AdmissionRefusal | undefined {
    const { credentials, tokens } = this.#options;
    if (credentialId !== null) {
      const credential = credentials.get(credentialId);
      if (credential === undefined) return unauthorized('the credential was revoked or has expired');
      if (credential.uid !== uid) return unauthorized('the credential belongs to another agent');
      credentials.touch(credentialId);
      return undefined;
    }
    if (access.token !== null && !tokens.isValid(access.token.id))
      return unauthorized('the enrolment token was deleted or has expired');
    const bound = agent?.certificate ?? null;
    if (certificate !== null && bound !== null && bound !== certificate)
      return unauthorized(`agent ${uid} came by another client certificate first`);
    if (!credentials.isBound(uid)) return undefined;
    return unauthorized(
      `agent ${uid} has a credential of its own and is to come by that; where it has lost it, revoke the agent and approve it again`,
    );
  }

  #refusalOfMany(agent: AgentRecord | undefined, grant: Grant): AdmissionRefusal | undefined {
    const { agents, maxPending } = this.#options;
    if (agent !== undefined || grant.enrolment.state !== 'pending') return undefined;
    if (agents.countEnrolment('pending') < maxPending) return undefined;
    return {
      kind: 'full',
      message: `${maxPending} agents wait for approval already, which is the limit (agents.maxPending)`,
    };
  }
}

function unauthorized(message: string): AdmissionRefusal {
  return { kind: 'unauthorized', message };
}
