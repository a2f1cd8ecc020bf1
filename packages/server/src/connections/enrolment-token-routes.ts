import {
  EnrolmentTokenCreatedSchema,
  EnrolmentTokenCreateSchema,
  EnrolmentTokenPageSchema,
  EnrolmentTokenSchema,
  PageQuerySchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { EnrolmentTokenService } from './enrolment-token-service.ts';

const tags = ['enrolment'];
const params = z.strictObject({ id: z.string().max(64) });

export function enrolmentTokenRoutes(tokens: EnrolmentTokenService): ApiRoutes {
  return (api) => {
    api.post(
      '/enrolment-tokens',
      {
        schema: {
          summary: 'Make an enrolment token',
          description: 'The token is in this answer and nowhere else.',
          tags,
          body: EnrolmentTokenCreateSchema,
          response: { 201: EnrolmentTokenCreatedSchema },
        },
      },
      async (request, reply) =>
        reply.status(201).send(await tokens.create(request.body, request.principal.name)),
    );
    api.get(
      '/enrolment-tokens',
      {
        schema: {
          summary: 'Enrolment tokens',
          tags,
          querystring: PageQuerySchema,
          response: { 200: EnrolmentTokenPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = tokens.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/enrolment-tokens/:id',
      {
        schema: { summary: 'One enrolment token', tags, params, response: { 200: EnrolmentTokenSchema } },
      },
      async (request) => tokens.get(request.params.id),
    );
    api.delete(
      '/enrolment-tokens/:id',
      {
        schema: {
          summary: 'Delete an enrolment token',
          description:
            'Connections that came by it end at once, and whoever comes with it is refused. Agents that have a credential of their own by then stay connected.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await tokens.remove(request.params.id, request.principal.name);
        return reply.status(204).send(null);
      },
    );
  };
}
