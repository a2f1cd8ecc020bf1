import type { InstanceUid } from '../agents/agent.ts';
import type { Access, Enrolment } from '../agents/enrolment.ts';

/** Why a connection was let in. One object for all that come by the same, so that grants are compared by identity. */
export interface Grant {
  readonly access: Access;
  /** How agents stand that come by it and of whom nothing else is known. */
  readonly enrolment: Enrolment;
  /** Name of the client certificate that it came by, where its authority is the operator's. */
  readonly certificate: string | null;
  /** The agent's own credential, where it came by one. */
  readonly credentialId: string | null;
  /** Where the agent reached us, for offers of connection settings; undefined where that cannot be told. */
  readonly endpoint: string | undefined;
}

/** The live connections, as far as who may connect depends on them. */
export interface Links {
  /** What the agent's connection came by; undefined where it is not connected. */
  grantOf(uid: InstanceUid): Grant | undefined;
  /** Ends the agent's connection at once; false where it has none. */
  end(uid: InstanceUid, reason: string): boolean;
  /** Ends every connection that came by such a grant; resolves with the number of agents. */
  endGranted(matches: (grant: Grant) => boolean, reason: string): Promise<number>;
}
