import type { OpampErrorCode } from '../errors.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';
import type { Counters } from './counters.ts';
import type { OpampServerHost } from './server-options.ts';

/** Whom a problem is about. */
export interface ProblemSubject {
  readonly remoteAddress: string;
  readonly instanceUid?: InstanceUid | undefined;
}

/** Counts what was refused, cut or dropped, and tells the host. */
export class Problems {
  readonly #host: OpampServerHost;
  readonly #counters: Counters;

  constructor(host: OpampServerHost, counters: Counters) {
    this.#host = host;
    this.#counters = counters;
  }

  report(code: OpampErrorCode, detail: string, subject: ProblemSubject): void {
    this.#counters.error(code);
    const { remoteAddress, instanceUid } = subject;
    const problem = { code, detail, remoteAddress, ...(instanceUid === undefined ? {} : { instanceUid }) };
    try {
      this.#host.problem?.(problem);
    } catch {
      // The host's own log failed: there is nobody left to tell, and the count stands.
      this.#counters.error('host_failed');
    }
  }
}
