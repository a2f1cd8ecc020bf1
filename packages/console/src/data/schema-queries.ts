import type { ApiClient } from '@drover/api';
import type { ComponentSchemas } from '@drover/collector-config';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

/** Reads of component schemas. */
export const schemaQueries = {
  /** What the agents of a selector are, and the schemas that serve for them. */
  targets: (api: ApiClient, selector: string) =>
    queryOptions({
      queryKey: ['component-schemas', 'for', selector],
      queryFn: ({ signal }) => api.componentSchemasFor(selector, signal),
      placeholderData: keepPreviousData,
      staleTime: 30_000,
      refetchInterval: 60_000,
    }),
  /** All that the server has. */
  known: (api: ApiClient) =>
    queryOptions({
      queryKey: ['component-schemas', 'list'],
      queryFn: ({ signal }) => api.listComponentSchemas({ limit: 500 }, signal),
    }),
  /** Of one distribution and version; another content has another hash. */
  one: (api: ApiClient, distribution: string, version: string, hash: string) =>
    queryOptions({
      queryKey: ['component-schemas', 'one', distribution, version, hash],
      queryFn: async ({ signal }): Promise<ComponentSchemas> =>
        (await api.getComponentSchemas(distribution, version, signal)) as ComponentSchemas,
      staleTime: Number.POSITIVE_INFINITY,
    }),
};
