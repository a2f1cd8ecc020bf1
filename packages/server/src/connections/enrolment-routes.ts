import {
  AgentSchema,
  AgentSelectionSchema,
  CredentialListQuerySchema,
  CredentialPageSchema,
  CredentialSchema,
  ENROLMENT_ACTS,
  EnrolmentResultSchema,
  InstanceUidSchema,
} from '@drover/api';
import { z } from 'zod';
import type { InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { ApiRoutes } from '../http/api.ts';
import type { CredentialService } from './credential-service.ts';
import type { EnrolmentService } from './enrolment-service.ts';

export interface EnrolmentRoutesOptions {
  readonly agents: AgentService;
  readonly enrolment: EnrolmentService;
  readonly credentials: CredentialService;
}

const tags = ['enrolment'];
const params = z.strictObject({ uid: InstanceUidSchema });
const credentialParams = params.extend({ id: z.string().max(64) });

const WHAT = {
  approve: 'Approve the agents of a selection',
  reject: 'Reject agents of a selection that wait for approval',
  revoke: 'Revoke the agents of a selection: their credentials are void, their connections end',
  rotate: 'Give the agents of a selection another credential',
} as const;

const WHAT_ONE = {
  approve: [
    'Approve an agent',
    'It may connect, and is offered what is meant for it; where it was rejected or revoked, it starts without a credential.',
  ],
  reject: ['Reject an agent that waits for approval', 'Its connection ends at once, and it is refused.'],
} as const;

export function enrolmentRoutes({ agents, enrolment, credentials }: EnrolmentRoutesOptions): ApiRoutes {
  return (api) => {
    for (const act of ENROLMENT_ACTS) {
      const body = AgentSelectionSchema;
      api.post(
        `/agents/${act}`,
        { schema: { summary: WHAT[act], tags, body, response: { 200: EnrolmentResultSchema } } },
        async (request) => enrolment.act(act, request.body, request.principal.name),
      );
      api.post(
        `/agents/${act}/preview`,
        {
          schema: {
            summary: `What \`POST /agents/${act}\` would do`,
            tags,
            body,
            response: { 200: EnrolmentResultSchema },
          },
        },
        async (request) => enrolment.preview(act, request.body),
      );
    }
    for (const act of ['approve', 'reject'] as const) {
      const [summary, description] = WHAT_ONE[act];
      api.post(
        `/agents/:uid/${act}`,
        { schema: { summary, description, tags, params, response: { 200: AgentSchema } } },
        async (request) => {
          await enrolment.actOn(request.params.uid, act, request.principal.name);
          return agents.get(request.params.uid);
        },
      );
    }
    api.get(
      '/agents/:uid/credentials',
      {
        schema: {
          summary: 'Credentials of an agent of its own, newest first',
          tags,
          params,
          querystring: CredentialListQuerySchema,
          response: { 200: CredentialPageSchema },
        },
      },
      async (request) => pageOf(await credentials.page(request.query, request.params.uid as InstanceUid)),
    );
    api.delete(
      '/agents/:uid/credentials',
      {
        schema: {
          summary: 'Revoke an agent',
          description:
            'Its credentials are void, its connection ends at once, and it is refused, whatever it comes by, until it is approved again.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await enrolment.actOn(request.params.uid, 'revoke', request.principal.name);
        return reply.status(204).send(null);
      },
    );
    api.post(
      '/agents/:uid/credentials/rotate',
      {
        schema: {
          summary: 'Give an agent another credential',
          description:
            'It is offered at once where the agent is connected; what the agent has serves until it has come by the next one.',
          tags,
          params,
          response: { 200: CredentialSchema },
        },
      },
      async (request) => {
        await enrolment.rotate(request.params.uid, request.principal.name);
        return credentials.newest(request.params.uid as InstanceUid);
      },
    );
    api.delete(
      '/agents/:uid/credentials/:id',
      {
        schema: {
          summary: 'Take a credential from an agent',
          description:
            'The connection that came by it ends at once. With the last one that serves, the agent is revoked.',
          tags,
          params: credentialParams,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { uid, id } = request.params;
        await enrolment.removeCredential(uid, id, request.principal.name);
        return reply.status(204).send(null);
      },
    );
    api.get(
      '/credentials',
      {
        schema: {
          summary: 'Credentials of all agents of their own, the one that was used last first',
          tags,
          querystring: CredentialListQuerySchema,
          response: { 200: CredentialPageSchema },
        },
      },
      async (request) => pageOf(await credentials.page(request.query)),
    );
  };
}

function pageOf<T>({
  items,
  nextCursor,
  total,
}: {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number;
}) {
  return { items: [...items], nextCursor, total };
}
