import { AgentFlowSchema, InstanceUidSchema } from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { timeText } from '../lib/page.ts';
import type { FlowBook } from './flow-book.ts';

export interface FlowRoutesOptions {
  readonly flow: FlowBook;
  /** Throws `agent_not_found`. */
  readonly requireAgent: (uid: string) => Promise<unknown>;
}

export function flowRoutes({ flow, requireAgent }: FlowRoutesOptions): ApiRoutes {
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
        return { at: atMs === null ? null : timeText(atMs), ...figures };
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
