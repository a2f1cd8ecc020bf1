import {
  RolloutAgentListQuerySchema,
  RolloutAgentPageSchema,
  RolloutCreateSchema,
  RolloutEventListSchema,
  RolloutListQuerySchema,
  RolloutPageSchema,
  RolloutPreviewSchema,
  RolloutReasonListSchema,
  RolloutReasonQuerySchema,
  RolloutSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { ROLLOUT_ACTIONS } from './rollout.ts';
import type { RolloutService } from './rollout-service.ts';

const tags = ['rollouts'];
const params = z.strictObject({ id: z.string().min(1).max(64) });

const ACTION_SUMMARIES = {
  pause: 'Make no new offers; those that were made go on',
  resume: 'Go on with a paused rollout, also past a gate that failed',
  approve: 'Let the next wave go on, where the rollout waits for that',
  retry: 'Offer the target once more to the agents that failed',
  abort: 'Give the target to nobody else, also not later',
  rollback: 'Give each agent back what it had before',
} as const;

export function rolloutRoutes(rollouts: RolloutService): ApiRoutes {
  return (api) => {
    api.post(
      '/rollouts',
      {
        schema: {
          summary: 'Start a rollout',
          description:
            'With an Idempotency-Key, its repetition within 24 hours is answered as the first time and starts nothing.',
          tags,
          body: RolloutCreateSchema,
          response: { 201: RolloutSchema },
        },
      },
      async (request, reply) =>
        reply.status(201).send(await rollouts.create(request.body, request.principal.name)),
    );
    api.post(
      '/rollouts/preview',
      {
        schema: {
          summary: 'What a rollout would do now; changes nothing',
          tags,
          body: RolloutCreateSchema,
          response: { 200: RolloutPreviewSchema },
        },
      },
      async (request) => rollouts.preview(request.body),
    );
    api.get(
      '/rollouts',
      {
        schema: {
          summary: 'Rollouts, newest first',
          tags,
          querystring: RolloutListQuerySchema,
          response: { 200: RolloutPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = rollouts.list(request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/rollouts/:id',
      { schema: { summary: 'One rollout', tags, params, response: { 200: RolloutSchema } } },
      async (request) => rollouts.get(request.params.id),
    );
    api.get(
      '/rollouts/:id/agents',
      {
        schema: {
          summary: 'The agents of a rollout and where each stands',
          tags,
          params,
          querystring: RolloutAgentListQuerySchema,
          response: { 200: RolloutAgentPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await rollouts.board.members(request.params.id, request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/rollouts/:id/reasons',
      {
        schema: {
          summary: 'Why agents of a rollout failed, were skipped or superseded',
          description: 'Those with the same reason together, that of most agents first.',
          tags,
          params,
          querystring: RolloutReasonQuerySchema,
          response: { 200: RolloutReasonListSchema },
        },
      },
      async (request) => rollouts.board.reasons(request.params.id, request.query),
    );
    api.get(
      '/rollouts/:id/events',
      {
        schema: {
          summary: 'What happened to a rollout, newest first',
          description: 'Its start and the last 200 of all that came after.',
          tags,
          params,
          response: { 200: RolloutEventListSchema },
        },
      },
      async (request) => rollouts.board.events(request.params.id),
    );
    for (const action of ROLLOUT_ACTIONS) {
      api.post(
        `/rollouts/:id/${action}`,
        { schema: { summary: ACTION_SUMMARIES[action], tags, params, response: { 200: RolloutSchema } } },
        async (request) => rollouts[action](request.params.id, request.principal.name),
      );
    }
  };
}
