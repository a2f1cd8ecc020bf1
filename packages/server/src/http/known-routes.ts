import type { RouteOptions } from 'fastify';
import { DomainError } from '../lib/errors.ts';

interface KnownRoute {
  readonly method: string;
  /** As declared, e.g. `/api/v1/agents/:uid`. */
  readonly pattern: string;
  readonly matches: RegExp;
}

/** Every route that was declared, so that a request by the wrong method is told which ones there are. */
export class KnownRoutes {
  readonly #routes: KnownRoute[] = [];

  /** To be called for each declared route. */
  add({ method, url }: Pick<RouteOptions, 'method' | 'url'>): void {
    if (url.includes('*')) return;
    const matches = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]+')}/?$`);
    for (const each of Array.isArray(method) ? method : [method]) {
      if (each !== 'HEAD') this.#routes.push({ method: each, pattern: url, matches });
    }
  }

  /** `GET /api/v1/agents/:uid` and so on, sorted. */
  list(): string[] {
    return this.#routes.map(({ method, pattern }) => `${method} ${pattern}`).sort();
  }

  /** The refusal of a request that no route takes. */
  refusal(method: string, url: string): DomainError {
    const path = url.split('?')[0] ?? '';
    const what = `${method} ${path.slice(0, 200)}`;
    const others = this.#routes.filter(({ matches }) => matches.test(path)).map((route) => route.method);
    return others.length === 0
      ? new DomainError('not_found', `Nothing answers ${what}.`)
      : new DomainError(
          'method_not_allowed',
          `Nothing answers ${what}; this address takes ${others.join(', ')}.`,
        );
  }
}
