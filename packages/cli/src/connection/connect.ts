import { type ApiClient, createApiClient } from '@drover/api';
import { networkFailure } from './network-failure.ts';
import type { ServerAccess } from './server-access.ts';

/** No answer within this is a failure: the slowest call (a preview over the whole fleet) takes a fraction of it. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** A client whose network failures are `CliError`s that name the URL. `interrupted` ends calls that are under way. */
export function connect(access: ServerAccess, interrupted: AbortSignal): ApiClient {
  const plainWords: typeof fetch = async (input, init) => {
    const signals = [AbortSignal.timeout(REQUEST_TIMEOUT_MS), interrupted];
    if (init?.signal) signals.push(init.signal);
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (interrupted.aborted) throw error;
      throw networkFailure(access.url, error, REQUEST_TIMEOUT_MS);
    }
  };
  return createApiClient({
    baseUrl: access.url,
    ...(access.token === undefined ? {} : { token: access.token }),
    fetch: plainWords,
  });
}
