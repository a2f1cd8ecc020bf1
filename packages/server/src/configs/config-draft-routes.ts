import {
  ConfigDraftListQuerySchema,
  ConfigDraftPageSchema,
  ConfigDraftPutSchema,
  ConfigDraftSchema,
  ConfigNameSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { etagOf, ifMatchOf, isNoneWanted } from '../http/etag.ts';
import type { ConfigDraftService } from './config-draft-service.ts';

const tags = ['configurations'];
const params = z.strictObject({ name: ConfigNameSchema });

export function configDraftRoutes(drafts: ConfigDraftService): ApiRoutes {
  return (api) => {
    api.get(
      '/config-drafts',
      {
        schema: {
          summary: 'Drafts of configurations',
          tags,
          querystring: ConfigDraftListQuerySchema,
          response: { 200: ConfigDraftPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await drafts.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.put(
      '/configs/:name/draft',
      {
        schema: {
          summary: 'Save the draft of a configuration',
          description:
            'It may be unfinished, and ends when a revision says the same. With If-Match (the ETag that was read), refused where another draft was saved meanwhile; with If-None-Match: *, where there is one at all.',
          tags,
          params,
          body: ConfigDraftPutSchema,
          response: { 200: ConfigDraftSchema },
        },
      },
      async (request, reply) => {
        const isNew = isNoneWanted(request.headers['if-none-match']);
        const ifMatch = isNew ? null : ifMatchOf(request.headers['if-match']);
        const { name } = request.params;
        const draft = await drafts.put(name, request.body, { author: request.principal.name, ifMatch });
        reply.header('etag', etagOf(draft.hash));
        return draft;
      },
    );
    api.get(
      '/configs/:name/draft',
      {
        schema: {
          summary: 'The draft of a configuration',
          tags,
          params,
          response: { 200: ConfigDraftSchema },
        },
      },
      async (request, reply) => {
        const draft = await drafts.get(request.params.name);
        reply.header('etag', etagOf(draft.hash));
        return draft;
      },
    );
    api.delete(
      '/configs/:name/draft',
      { schema: { summary: 'Drop the draft of a configuration', tags, params, response: { 204: z.null() } } },
      async (request, reply) => {
        await drafts.remove(request.params.name, request.principal.name);
        return reply.status(204).send(null);
      },
    );
  };
}
