import { ConfigTrialAgentsQuerySchema, ConfigTrialAgentsSchema } from '@drover/api';
import type { ApiRoutes } from '../http/api.ts';
import type { ConfigTrialService } from './config-trial-service.ts';

/** Whom configurations can be checked with; the check itself is `POST /configs/validate`. */
export function configTrialRoutes(trials: ConfigTrialService): ApiRoutes {
  return (api) => {
    api.post(
      '/configs/validate/agents',
      {
        schema: {
          summary: 'Whom a configuration can be checked with',
          description:
            "A few connected agents whose programs can be asked, healthy ones first and those that are to run the named configuration before all, and the server's own Collector where it has one.",
          tags: ['configurations'],
          body: ConfigTrialAgentsQuerySchema,
          response: { 200: ConfigTrialAgentsSchema },
        },
      },
      async (request) => trials.agents(request.body),
    );
  };
}
