import type { ApiClient, Secret } from '@drover/api';
import { queryOptions } from '@tanstack/react-query';

async function allSecrets(api: ApiClient, signal: AbortSignal): Promise<readonly Secret[]> {
  const secrets: Secret[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listSecrets({ limit: 500, ...(cursor === undefined ? {} : { cursor }) }, signal);
    secrets.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return secrets;
}

/** All of them, by name: a server holds a thousand at most. */
export function secretsQuery(api: ApiClient) {
  return queryOptions({ queryKey: ['secrets'], queryFn: ({ signal }) => allSecrets(api, signal) });
}
