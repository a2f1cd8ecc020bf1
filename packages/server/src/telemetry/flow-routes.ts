import { type AgentFlow, AgentFlowSchema, InstanceUidSchema } from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { timeText } from '../lib/page.ts';
import type { FlowBook } from './flow-book.ts';

export interface FlowRoutesOptions {
  readonly flow: FlowBook;
  /** Throws `agent_not_found`. */
  readonly requireAgent: (uid: string) => Promise<unknown>;
  /** Undefined while the agent is not connected. */
  readonly offerOf: (uid: string) => NonNullable<AgentFlow['offer']> | undefined;
  /** Throws `agent_not_connected`, `own_metrics_not_failed`. */
  readonly retry: (uid: string, author: string) => Promise<void>;
}

export function flowRoutes({ flow, requireAgent, offerOf, retry }: FlowRoutesOptions): ApiRoutes {
  return (api) => {
    api.get(
      '/agents/:uid/flow',
      {
        schema: {
          summary: 'What flows through an agent, as its own metrics say',
          description:
            'What gates of rollouts judge by. In memory only: after a restart of the control plane it is known again after two exports.',
          tags: ['agents'],
          params: z.strictObject({ uid: InstanceUidSchema }),
          response: { 200: AgentFlowSchema },
        },
      },
      async ({ params: { uid } }) => {
        await requireAgent(uid);
        const found = flow.of(uid);
        const { atMs, ...figures } = found ?? NOTHING;
        const at = atMs === null ? null : timeText(atMs);
        return { at, ...figures, offer: offerOf(uid) ?? null };
      },
    );
    api.post(
      '/agents/:uid/own-metrics/retry',
      {
        schema: {
          summary: 'Tell an agent once more where to send its own metrics, after it failed on that',
          tags: ['agents'],
          params: z.strictObject({ uid: InstanceUidSchema }),
          response: { 202: z.null() },
        },
      },
      async ({ params: { uid }, principal }, reply) => {
        await requireAgent(uid);
        await retry(uid, principal.name);
        return reply.status(202).send(null);
      },
    );
  };
}

const NOTHING = {
  atMs: null,
  seconds: null,
  accepted: null,
  sent: null,
  refused: null,
  failed: null,
  queuePercent: null,
  memoryBytes: null,
  byOwnToken: false,
} as const;
