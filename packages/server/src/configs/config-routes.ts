import {
  ConfigDetailSchema,
  ConfigNameSchema,
  ConfigPageSchema,
  ConfigPutResultSchema,
  ConfigPutSchema,
  type ConfigValidateResult,
  ConfigValidateResultSchema,
  ConfigValidateSchema,
  PageQuerySchema,
  RevisionPageSchema,
  RevisionSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { etagOf, ifMatchOf } from '../http/etag.ts';
import { goneSignal } from '../http/gone-signal.ts';
import type { ConfigService } from './config-service.ts';

const tags = ['configurations'];
const params = z.strictObject({ name: ConfigNameSchema });
const revisionParams = params.extend({ number: z.coerce.number().int().positive() });

/** Checks a text, and asks the program where the request says so; nobody waits any more once `signal` aborts. */
export type ConfigChecks = {
  validate(
    input: z.output<typeof ConfigValidateSchema>,
    author: string,
    signal: AbortSignal,
  ): Promise<ConfigValidateResult>;
};

export function configRoutes(configs: ConfigService, checks: ConfigChecks): ApiRoutes {
  return (api) => {
    api.get(
      '/configs',
      {
        schema: {
          summary: 'Configurations',
          tags,
          querystring: PageQuerySchema,
          response: { 200: ConfigPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await configs.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.put(
      '/configs/:name',
      {
        schema: {
          summary: 'Write a configuration',
          description:
            'Makes a revision where the content is new. With If-Match (the ETag that was read), refused where another revision is newest by now.',
          tags,
          params,
          body: ConfigPutSchema,
          response: { 200: ConfigPutResultSchema, 201: ConfigPutResultSchema },
        },
      },
      async (request, reply) => {
        const ifMatch = ifMatchOf(request.headers['if-match']);
        const { result, isNew } = await configs.put(request.params.name, request.body, {
          author: request.principal.name,
          ifMatch,
        });
        reply.header('etag', etagOf(result.revision.hash));
        return reply.status(isNew ? 201 : 200).send(result);
      },
    );
    api.get(
      '/configs/:name',
      {
        schema: {
          summary: 'One configuration with the body of its newest revision',
          tags,
          params,
          response: { 200: ConfigDetailSchema },
        },
      },
      async (request, reply) => {
        const config = await configs.get(request.params.name);
        reply.header('etag', etagOf(config.revision.hash));
        return config;
      },
    );
    api.delete(
      '/configs/:name',
      {
        schema: {
          summary: 'Remove a configuration with its revisions',
          description: 'Refused while it is assigned.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await configs.remove(request.params.name, request.principal.name);
        return reply.status(204).send(null);
      },
    );
    api.get(
      '/configs/:name/revisions',
      {
        schema: {
          summary: 'Revisions, newest first',
          tags,
          params,
          querystring: PageQuerySchema,
          response: { 200: RevisionPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await configs.revisions(request.params.name, request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/configs/:name/revisions/:number',
      {
        schema: { summary: 'One revision', tags, params: revisionParams, response: { 200: RevisionSchema } },
      },
      async (request, reply) => {
        const revision = await configs.revision(request.params.name, request.params.number);
        reply.header('etag', etagOf(revision.hash));
        return revision;
      },
    );
    api.post(
      '/configs/validate',
      {
        schema: {
          summary: 'Check a configuration without keeping it',
          description:
            'With `with`, the program itself is asked too: through its supervisor for an agent, which gets the text as it would be offered, in its stack, with variables and secrets; or the Collector of the server, which gets the text alone.',
          tags,
          body: ConfigValidateSchema,
          response: { 200: ConfigValidateResultSchema },
        },
      },
      async (request, reply) => checks.validate(request.body, request.principal.name, goneSignal(reply.raw)),
    );
  };
}
