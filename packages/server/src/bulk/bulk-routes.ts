import {
  BulkForgetResultSchema,
  BulkForgetSchema,
  BulkLabelSchema,
  BulkOwnMetricsSchema,
  BulkRestartResultSchema,
  BulkRestartSchema,
  BulkResultSchema,
  type BulkSelection,
  RestartRunPageSchema,
  RestartRunSchema,
} from '@drover/api';
import { z } from 'zod';
import type { MatchOf } from '../agents/agent-match.ts';
import type { ApiRoutes } from '../http/api.ts';
import type { BulkOwnMetricsService } from './bulk-own-metrics-service.ts';
import type { BulkRestartService } from './bulk-restart-service.ts';
import type { Selection } from './bulk-selection.ts';
import type { BulkService } from './bulk-service.ts';

export interface BulkRoutesOptions {
  readonly bulk: BulkService;
  readonly restarts: BulkRestartService;
  readonly ownMetrics: BulkOwnMetricsService;
  readonly matchOf: MatchOf;
}

const tags = ['agents'];

/** Acts on many agents at once, each with a preview that takes the same body. */
export function bulkRoutes({ bulk, restarts, ownMetrics, matchOf }: BulkRoutesOptions): ApiRoutes {
  const selectionOf = async ({ filter, except, instanceUids }: BulkSelection): Promise<Selection> => ({
    match: filter === undefined ? undefined : await matchOf(filter),
    except,
    instanceUids,
  });
  return (api) => {
    const label = { tags, body: BulkLabelSchema, response: { 200: BulkResultSchema } };
    api.post(
      '/agents/label',
      {
        schema: {
          summary: 'Set and remove labels of many agents',
          description: 'Labels that are not named stay. May be repeated: who stands so already is unchanged.',
          ...label,
        },
      },
      async ({ body: { selection, atMost, ...edit }, principal }) =>
        bulk.label(await selectionOf(selection), edit, principal.name, atMost),
    );
    api.post(
      '/agents/label/preview',
      { schema: { summary: 'What `POST /agents/label` would do', ...label } },
      async ({ body: { selection, atMost: _, ...edit } }) =>
        bulk.previewLabels(await selectionOf(selection), edit),
    );
    const forget = { tags, body: BulkForgetSchema, response: { 200: BulkForgetResultSchema } };
    api.post(
      '/agents/forget',
      {
        schema: {
          summary: 'Forget many agents',
          description:
            'Links are closed and records removed; agents that still run come back as new. May be repeated.',
          ...forget,
        },
      },
      async ({ body: { selection, atMost }, principal }) =>
        bulk.forget(await selectionOf(selection), principal.name, atMost),
    );
    api.post(
      '/agents/forget/preview',
      { schema: { summary: 'What `POST /agents/forget` would do', ...forget } },
      async ({ body: { selection } }) => bulk.previewForget(await selectionOf(selection)),
    );
    const retry = { tags, body: BulkOwnMetricsSchema, response: { 200: BulkResultSchema } };
    api.post(
      '/agents/own-metrics/retry',
      {
        schema: {
          summary: 'Tell those of many agents that failed on it once more where to send their own metrics',
          description:
            'Each has its agent reload or restart once where that works. Those that have not failed are unchanged.',
          ...retry,
        },
      },
      async ({ body: { selection, atMost }, principal }) =>
        ownMetrics.retry(await selectionOf(selection), principal.name, atMost),
    );
    api.post(
      '/agents/own-metrics/retry/preview',
      { schema: { summary: 'What `POST /agents/own-metrics/retry` would do', ...retry } },
      async ({ body: { selection } }) => ownMetrics.preview(await selectionOf(selection)),
    );
    const restart = { tags, body: BulkRestartSchema };
    api.post(
      '/agents/restart',
      {
        schema: {
          summary: 'Ask many agents to restart, so many each second',
          description:
            'Answered when the first ones are asked; `GET /agent-restarts` says how far it is. It does not outlive the process of the server.',
          ...restart,
          response: { 202: BulkRestartResultSchema },
        },
      },
      async ({ body: { selection, perSecond, atMost }, principal }, reply) =>
        reply
          .status(202)
          .send(await restarts.restart(await selectionOf(selection), perSecond, principal.name, atMost)),
    );
    api.post(
      '/agents/restart/preview',
      {
        schema: {
          summary: 'What `POST /agents/restart` would do',
          ...restart,
          response: { 200: BulkRestartResultSchema },
        },
      },
      async ({ body: { selection, perSecond } }) => restarts.preview(await selectionOf(selection), perSecond),
    );
    api.get(
      '/agent-restarts',
      {
        schema: {
          summary: 'Restarts of many agents that are under way or ended lately, newest first',
          tags,
          response: { 200: RestartRunPageSchema },
        },
      },
      async () => {
        const items = [...restarts.runs()];
        return { items, nextCursor: null, total: items.length };
      },
    );
    api.post(
      '/agent-restarts/:id/stop',
      {
        schema: {
          summary: 'Ask nobody else to restart',
          tags,
          params: z.strictObject({ id: z.string().max(64) }),
          response: { 200: RestartRunSchema },
        },
      },
      async ({ params, principal }) => restarts.stopRun(params.id, principal.name),
    );
  };
}
