import { SearchPageSchema, SearchQuerySchema } from '@drover/api';
import type { ApiRoutes } from '../http/api.ts';
import type { SearchService } from './search-service.ts';

export function searchRoutes(search: SearchService): ApiRoutes {
  return (api) => {
    api.get(
      '/search',
      {
        schema: {
          summary: 'Search in configurations and in what agents run',
          description:
            'Agents of one content are one item. Secrets are masked before anything is searched. The agents themselves, as a list: GET /agents?runs=.',
          tags: ['search'],
          querystring: SearchQuerySchema,
          response: { 200: SearchPageSchema },
        },
      },
      async (request) => search.search(request.query),
    );
  };
}
