import { FleetEventListQuerySchema, FleetEventPageSchema } from '@drover/api';
import type { ApiRoutes } from '../http/api.ts';
import type { AgentService } from './agent-service.ts';

export function fleetEventRoutes(agents: Pick<AgentService, 'fleetEvents'>): ApiRoutes {
  return (api) => {
    api.get(
      '/agent-events',
      {
        schema: {
          summary: 'What happened to all agents, newest first',
          description:
            'Of the timelines, which keep `agents.eventsKept` events of each agent. One page looks at a bounded number of events and may hold less than asked for; `nextCursor` goes on.',
          tags: ['agents'],
          querystring: FleetEventListQuerySchema,
          response: { 200: FleetEventPageSchema },
        },
      },
      async (request) => agents.fleetEvents.page(request.query),
    );
  };
}
