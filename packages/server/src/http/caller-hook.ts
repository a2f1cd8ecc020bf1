import type { Callers } from '../lib/callers.ts';
import type { Api } from './api.ts';

/** Makes the client's address known to all that a request leads to. */
export function callerHook(callers: Callers): (api: Api) => void {
  return (api) => {
    api.addHook('preHandler', (request, _reply, done) => callers.from(request.ip, done));
  };
}
