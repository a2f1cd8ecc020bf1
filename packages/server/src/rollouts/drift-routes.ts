import {
  AgentDriftSchema,
  DriftAgentPageSchema,
  DriftAgentQuerySchema,
  DriftGroupPageSchema,
  DriftGroupQuerySchema,
  InstanceUidSchema,
  IntendedConfigSchema,
  ReassertResultSchema,
  ReassertRunPageSchema,
  ReassertRunSchema,
  ReassertSelectionSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { DriftReassertService } from './drift-reassert-service.ts';
import type { DriftService } from './drift-service.ts';
import type { FleetDriftService } from './fleet-drift-service.ts';

const tags = ['agents'];
const params = z.strictObject({ uid: InstanceUidSchema });

export interface DriftRoutesOptions {
  readonly drift: DriftService;
  readonly policy: DriftReassertService;
  readonly fleet: FleetDriftService;
  /** Throws `agent_not_connected`, `agent_not_approved`, `capability_missing`. */
  readonly reassert: (uid: string, author: string) => Promise<void>;
}

export function driftRoutes({ drift, policy, fleet, reassert }: DriftRoutesOptions): ApiRoutes {
  return (api) => {
    api.get(
      '/agents/:uid/drift',
      {
        schema: {
          summary: 'In what an agent runs something else than it is meant to',
          description:
            'By meaning: order, defaults, other ways to write a value, and what a supervisor adds are no drift.',
          tags,
          params,
          response: { 200: AgentDriftSchema },
        },
      },
      async (request) => {
        const found = await drift.drift(request.params.uid);
        return { ...found, reassert: policy.viewOf(request.params.uid) };
      },
    );
    api.get(
      '/agents/:uid/intended-config',
      {
        schema: {
          summary: 'What an agent is to run, merged, and where each line comes from',
          tags,
          params,
          response: { 200: IntendedConfigSchema },
        },
      },
      async (request) => drift.intended(request.params.uid),
    );
    api.post(
      '/agents/:uid/reassert',
      {
        schema: {
          summary: 'Offer an agent what it is to run once more',
          description:
            'Where it accepts that, it is also asked to restart, so that it reads its configuration anew.',
          tags,
          params,
          response: { 202: z.null() },
        },
      },
      async (request, reply) => {
        await reassert(request.params.uid, request.principal.name);
        return reply.status(202).send(null);
      },
    );
    api.get(
      '/drift',
      {
        schema: {
          summary: 'In what the agents of a selector drift',
          description: 'The same difference once, with the number of agents that drift in it; most first.',
          tags,
          querystring: DriftGroupQuerySchema,
          response: { 200: DriftGroupPageSchema },
        },
      },
      async (request) => ({ ...(await fleet.groups(request.query)), reassertStopped: policy.stopped }),
    );
    api.get(
      '/drift/agents',
      {
        schema: {
          summary: 'Who drifts, by name',
          tags,
          querystring: DriftAgentQuerySchema,
          response: { 200: DriftAgentPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = fleet.agents(request.query);
        return {
          items: items.map((item) => ({ ...item, reassert: policy.viewOf(item.instanceUid) })),
          nextCursor,
          total,
        };
      },
    );
    const body = ReassertSelectionSchema;
    const response = { 200: ReassertResultSchema };
    api.post(
      '/agents/reassert',
      {
        schema: {
          summary: 'Offer those agents of a selection that drift what they are to run once more',
          description:
            'So many each second, the first ones at once; `GET /agent-reasserts` says how far it is. Where they accept that, they are also asked to restart. It does not outlive the process of the server.',
          tags,
          body,
          response,
        },
      },
      async (request) => fleet.reassert(request.body, request.principal.name),
    );
    api.get(
      '/agent-reasserts',
      {
        schema: {
          summary: 'Re-assertions of many agents that are under way or ended lately, newest first',
          tags,
          response: { 200: ReassertRunPageSchema },
        },
      },
      async () => {
        const items = [...fleet.runs()];
        return { items, nextCursor: null, total: items.length };
      },
    );
    api.post(
      '/agent-reasserts/:id/stop',
      {
        schema: {
          summary: 'Offer nobody else of a re-assertion anything',
          tags,
          params: z.strictObject({ id: z.string().max(64) }),
          response: { 200: ReassertRunSchema },
        },
      },
      async (request) => fleet.stopRun(request.params.id, request.principal.name),
    );
    api.post(
      '/agents/reassert/preview',
      { schema: { summary: 'What `POST /agents/reassert` would do', tags, body, response } },
      async (request) => fleet.preview(request.body),
    );
  };
}
