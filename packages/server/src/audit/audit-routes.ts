import { Readable } from 'node:stream';
import { ActivityExportQuerySchema, ActivityListQuerySchema, ActivityPageSchema } from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { exportText } from './audit-export.ts';
import type { AuditService } from './audit-service.ts';

const tags = ['activity'];
const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const;

export function auditRoutes(audit: AuditService): ApiRoutes {
  return (api) => {
    api.get(
      '/activity',
      {
        schema: {
          summary: 'Who changed what, newest first',
          description:
            'What operators did, and the server of its own accord. Kept for `audit.keptFor`, and no more than `audit.maxEntries`.',
          tags,
          querystring: ActivityListQuerySchema,
          response: { 200: ActivityPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await audit.page(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/activity/export',
      {
        schema: {
          summary: 'All of it that the filters leave, as a file',
          tags,
          querystring: ActivityExportQuerySchema,
          response: { 200: z.unknown() },
        },
      },
      async (request, reply) => {
        const { format, ...filter } = request.query;
        reply
          .header('content-disposition', `attachment; filename="drover-activity.${format}"`)
          .header('cache-control', 'no-store')
          .type(CONTENT_TYPES[format]);
        return reply.send(Readable.from(exportText(audit.all(filter), format)) as never);
      },
    );
  };
}
