import {
  PageQuerySchema,
  SecretNameSchema,
  SecretPageSchema,
  SecretPutSchema,
  SecretSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { ConfigSecretService } from './config-secret-service.ts';

const tags = ['secrets'];
const params = z.strictObject({ name: SecretNameSchema });

export function configSecretRoutes(secrets: ConfigSecretService): ApiRoutes {
  return (api) => {
    api.get(
      '/secrets',
      {
        schema: {
          summary: 'Secrets, without their values',
          tags,
          querystring: PageQuerySchema,
          response: { 200: SecretPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = secrets.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.put(
      '/secrets/:name',
      {
        schema: {
          summary: 'Set a secret',
          description:
            'Configurations name it as ${drover:secret.NAME}. It is kept sealed, goes only to agents whose configuration names it, and is never shown. Agents that run it are offered the new value at once.',
          tags,
          params,
          body: SecretPutSchema,
          response: { 200: SecretSchema, 201: SecretSchema },
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const { secret, isNew } = await secrets.put(name, request.body.value, request.principal.name);
        return reply.status(isNew ? 201 : 200).send(secret);
      },
    );
    api.delete(
      '/secrets/:name',
      {
        schema: {
          summary: 'Remove a secret',
          description: 'Refused while agents are to run a configuration that names it.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await secrets.remove(request.params.name, request.principal.name);
        return reply.status(204).send(null);
      },
    );
  };
}
