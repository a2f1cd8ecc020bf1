import {
  AgentCommandSchema,
  AgentEventListQuerySchema,
  AgentEventPageSchema,
  AgentFilterSchema,
  AgentGroupPageSchema,
  AgentGroupQuerySchema,
  AgentKeyListSchema,
  AgentKeyQuerySchema,
  AgentListQuerySchema,
  AgentPageSchema,
  AgentPatchSchema,
  AgentSchema,
  AgentValueListSchema,
  AgentValueQuerySchema,
  InstanceUidSchema,
  StatsSchema,
} from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { MatchOf } from './agent-match.ts';
import type { AgentService } from './agent-service.ts';

export interface AgentRoutesOptions {
  readonly agents: AgentService;
  /** Brings the time of the agent's last message up to date before somebody looks at it. */
  readonly refresh: (uid: string) => void;
  /** Throws `agent_not_connected`, `agent_not_approved`, `capability_missing`. */
  readonly restart: (uid: string, author: string) => Promise<void>;
  readonly silentConnections: () => number;
  readonly matchOf: MatchOf;
}

const tags = ['agents'];
const params = z.strictObject({ uid: InstanceUidSchema });

export function agentRoutes({
  agents,
  refresh,
  restart,
  silentConnections,
  matchOf,
}: AgentRoutesOptions): ApiRoutes {
  return (api) => {
    api.get(
      '/agents',
      {
        schema: {
          summary: 'Agents, a page of those that the filters leave',
          tags,
          querystring: AgentListQuerySchema,
          response: { 200: AgentPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = agents.list(await matchOf(request.query));
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/agents/keys',
      {
        schema: {
          summary: 'Keys of labels and attributes that agents have, for completion',
          description: 'Those that start with the text first, of these the most frequent first.',
          tags,
          querystring: AgentKeyQuerySchema,
          response: { 200: AgentKeyListSchema },
        },
      },
      async (request) => agents.keys(request.query),
    );
    api.get(
      '/agents/values',
      {
        schema: {
          summary: 'Values of a key that agents have, for completion',
          description: 'Those that start with the text first, of these the most frequent first.',
          tags,
          querystring: AgentValueQuerySchema,
          response: { 200: AgentValueListSchema },
        },
      },
      async (request) => agents.values(request.query.key, request.query),
    );
    api.get(
      '/agents/groups',
      {
        schema: {
          summary: 'The agents that the filters leave, in groups of one value of a key',
          description:
            'Largest group first, or by `sort`: `agents`, `value`. Agents without the key are the last group.',
          tags,
          querystring: AgentGroupQuerySchema,
          response: { 200: AgentGroupPageSchema },
        },
      },
      async (request) => {
        const { by, limit, cursor, sort, ...filter } = request.query;
        const page = agents.groups(by, await matchOf(filter), { limit, cursor, sort });
        return { ...page, items: [...page.items] };
      },
    );
    api.get(
      '/agents/:uid',
      { schema: { summary: 'One agent', tags, params, response: { 200: AgentSchema } } },
      async (request) => {
        refresh(request.params.uid);
        return agents.get(request.params.uid);
      },
    );
    api.patch(
      '/agents/:uid',
      {
        schema: {
          summary: 'Set labels or the displayed name',
          tags,
          params,
          body: AgentPatchSchema,
          response: { 200: AgentSchema },
        },
      },
      async (request) => agents.patch(request.params.uid, request.body, request.principal.name),
    );
    api.delete(
      '/agents/:uid',
      {
        schema: {
          summary: 'Forget an agent',
          description:
            'Its link is closed and its record removed; an agent that still runs comes back as new.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await agents.forget(request.params.uid, request.principal.name);
        return reply.status(204).send(null);
      },
    );
    api.post(
      '/agents/:uid/commands',
      {
        schema: {
          summary: 'Send a command',
          description: 'Over WebSocket it leaves at once, over HTTP with the next poll.',
          tags,
          params,
          body: AgentCommandSchema,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        // An agent that is not known is another error than one that is away.
        await agents.get(request.params.uid);
        await restart(request.params.uid, request.principal.name);
        return reply.status(204).send(null);
      },
    );
    api.get(
      '/agents/:uid/events',
      {
        schema: {
          summary: 'What happened to an agent, newest first',
          tags,
          params,
          querystring: AgentEventListQuerySchema,
          response: { 200: AgentEventPageSchema },
        },
      },
      async (request) => {
        const { items, nextCursor, total } = await agents.events(request.params.uid, request.query);
        return { items: [...items], nextCursor, total };
      },
    );
    api.get(
      '/stats',
      {
        schema: {
          summary: 'Counts over the agents that the filters leave',
          tags,
          querystring: AgentFilterSchema,
          response: { 200: StatsSchema },
        },
      },
      async (request) => agents.stats(await matchOf(request.query), silentConnections()),
    );
  };
}
