import {
  PageQuerySchema,
  SavedViewNameSchema,
  SavedViewPageSchema,
  SavedViewPutSchema,
  SavedViewSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { SavedViewService } from './saved-view-service.ts';

const tags = ['views'];
const params = z.strictObject({ name: SavedViewNameSchema });

export function savedViewRoutes(views: SavedViewService): ApiRoutes {
  return (api) => {
    api.get(
      '/views',
      {
        schema: {
          summary: 'Saved views of the fleet, by name',
          tags,
          querystring: PageQuerySchema,
          response: { 200: SavedViewPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = views.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.put(
      '/views/:name',
      {
        schema: {
          summary: 'Save a view of the fleet',
          description: 'Filter, columns, sort and group of the Fleet page; shared by all operators.',
          tags,
          params,
          body: SavedViewPutSchema,
          response: { 200: SavedViewSchema, 201: SavedViewSchema },
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const { view, isNew } = await views.put(name, request.body, request.principal.name);
        return reply.status(isNew ? 201 : 200).send(view);
      },
    );
    api.delete(
      '/views/:name',
      { schema: { summary: 'Delete a view', tags, params, response: { 204: z.null() } } },
      async (request, reply) => {
        await views.remove(request.params.name, request.principal.name);
        return reply.status(204).send(null);
      },
    );
  };
}
