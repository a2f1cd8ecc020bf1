import type { Grant } from '../connections/grant.ts';

/** Keys hold the Host header, which anybody can vary. */
const GRANTS_MAX = 100_000;

/** One object for all connections that come by the same, as the session engine compares them. */
export class Grants {
  readonly #byKey = new Map<string, Grant>();

  /** `grant` itself, or the one that was kept before under this key. */
  share(key: string, grant: Grant): Grant {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    // Those who are connected are told of once more: that is all that is lost.
    if (this.#byKey.size >= GRANTS_MAX) this.#byKey.clear();
    this.#byKey.set(key, grant);
    return grant;
  }
}
