import {
  AgentConfigPageSchema,
  ConfigHistoryPageSchema,
  ConfigHistoryQuerySchema,
  ConfigNameSchema,
  InstanceUidSchema,
  PageQuerySchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { HistoryService } from './history-service.ts';

export function historyRoutes(history: HistoryService): ApiRoutes {
  return (api) => {
    api.get(
      '/configs/:name/history',
      {
        schema: {
          summary: 'Revisions and rollouts of a configuration, newest first',
          description: 'Who, when, why, and what became of each rollout. `kind` leaves only one of both.',
          tags: ['configurations'],
          params: z.strictObject({ name: ConfigNameSchema }),
          querystring: ConfigHistoryQuerySchema,
          response: { 200: ConfigHistoryPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await history.ofConfig(request.params.name, request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/agents/:uid/config-history',
      {
        schema: {
          summary: 'The stacks that an agent was given, newest first, and what became of each',
          description:
            'The last 100 are kept. A rollout of the stack of an entry to this agent goes back to it.',
          tags: ['agents'],
          params: z.strictObject({ uid: InstanceUidSchema }),
          querystring: PageQuerySchema,
          response: { 200: AgentConfigPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await history.ofAgent(request.params.uid, request.query);
        return { items: [...items], nextCursor, total };
      },
    );
  };
}
