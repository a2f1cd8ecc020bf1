import { InstanceUidSchema, WouldRunQuerySchema, WouldRunSchema } from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import type { WouldRunService } from './would-run-service.ts';

const params = z.strictObject({ uid: InstanceUidSchema });

export function wouldRunRoutes(service: WouldRunService): ApiRoutes {
  return (api) => {
    api.post(
      '/agents/:uid/would-run',
      {
        schema: {
          summary: 'What an agent would run of a target; changes nothing',
          description:
            'Merged, with the layer of each line, the values of its variables, findings, and what it changes of what the agent is to run and runs now.',
          tags: ['agents'],
          params,
          body: WouldRunQuerySchema,
          response: { 200: WouldRunSchema },
        },
      },
      async (request) => service.wouldRun(request.params.uid, request.body.target),
    );
  };
}
