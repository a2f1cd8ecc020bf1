import {
  ComponentSchemaPageSchema,
  ComponentSchemaSummarySchema,
  ComponentSchemasPutSchema,
  ComponentSchemasSchema,
  ComponentSchemaTargetsSchema,
  DistributionSchema,
  PageQuerySchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { etagOf } from '../http/etag.ts';
import type { ComponentSchemaService } from './component-schema-service.ts';

const tags = ['component schemas'];
const params = z.strictObject({ distribution: DistributionSchema, version: DistributionSchema });

export function componentSchemaRoutes(schemas: ComponentSchemaService): ApiRoutes {
  return (api) => {
    api.get(
      '/component-schemas',
      {
        schema: {
          summary: 'Collector distributions and versions whose components have schemas',
          tags,
          querystring: PageQuerySchema,
          response: { 200: ComponentSchemaPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = schemas.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/component-schemas/for',
      {
        schema: {
          summary: 'What the agents that match report to be, and which schemas serve for them',
          description:
            'Each distinct pair of service.name and service.version with its number of agents. The empty selector matches every agent.',
          tags,
          querystring: z.strictObject({ selector: z.string().max(4096) }),
          response: { 200: ComponentSchemaTargetsSchema },
        },
      },
      async (request) => schemas.targetsOf(request.query.selector),
    );
    api.get(
      '/component-schemas/:distribution/:version',
      {
        schema: {
          summary: 'The schemas of one distribution and version',
          tags,
          params,
          response: { 200: ComponentSchemasSchema },
        },
      },
      async (request, reply) => {
        const { distribution, version } = request.params;
        const { body, hash } = await schemas.document(distribution, version);
        reply.header('etag', etagOf(hash)).type('application/json; charset=utf-8');
        // It is kept as the JSON that is served: to take it apart and write it again would take longer than all else.
        reply.serializer((text) => text as string);
        return body as never;
      },
    );
    api.put(
      '/component-schemas/:distribution/:version',
      {
        schema: {
          summary: 'Store the schemas of a distribution and version',
          description:
            'What `npm run schemas` makes of a manifest of the Collector Builder, in the place of what is there.',
          tags,
          params,
          body: ComponentSchemasPutSchema,
          response: { 200: ComponentSchemaSummarySchema, 201: ComponentSchemaSummarySchema },
        },
      },
      async (request, reply) => {
        const { distribution, version } = request.params;
        const { summary, isNew } = await schemas.put(
          distribution,
          version,
          request.body,
          request.principal.name,
        );
        reply.header('etag', etagOf(summary.hash));
        return reply.status(isNew ? 201 : 200).send(summary);
      },
    );
    api.delete(
      '/component-schemas/:distribution/:version',
      {
        schema: {
          summary: 'Remove stored schemas',
          description: 'Those that come with the server stay.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { distribution, version } = request.params;
        await schemas.remove(distribution, version, request.principal.name);
        return reply.status(204).send(null);
      },
    );
  };
}
