import { Worker } from 'node:worker_threads';
import type { Searchable } from '@drover/collector-config';
import { type SearchableMessage, SearchableReader } from './searchable-message.ts';

export interface ReadRequest {
  readonly id: number;
  readonly text: string;
  readonly isText: boolean;
}
export interface ReadReply {
  readonly id: number;
  readonly message: SearchableMessage;
}

interface Waiting {
  readonly resolve: (searchable: Searchable) => void;
  readonly reject: (error: Error) => void;
}

/** So long the thread is kept without work: it takes some megabytes, and agents report in bursts. */
const IDLE_MS = 60_000;

/** Reads texts for searches in a thread of its own, which is there while there is work. */
export class SearchableThread {
  readonly #reader = new SearchableReader();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** Rejects where the thread ended over it, or after `stop`. */
  read(text: string, { isText = false }: { readonly isText?: boolean } = {}): Promise<Searchable> {
    if (this.#isStopped) return Promise.reject(new Error('texts are not read any more: the server stops'));
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const id = this.#nextId++;
    const request: ReadRequest = { id, text, isText };
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  /** Ends the thread; what waits is rejected. Safe twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // From sources, built, or bundled: the worker stands beside this file, with the same ending.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const worker = new Worker(new URL(`./searchable-worker${ending}`, import.meta.url), {
      name: 'searchable',
      ...(ending === '.ts' ? { execArgv: ['--conditions=source'] } : {}),
    });
    worker.unref();
    worker.on('message', ({ id, message }: ReadReply) => {
      this.#waiting.get(id)?.resolve(this.#reader.read(message));
      this.#waiting.delete(id);
      if (this.#waiting.size > 0 || this.#isStopped) return;
      this.#idle = setTimeout(() => this.#end(worker), IDLE_MS);
      this.#idle.unref();
    });
    worker.on('error', (error) =>
      this.#ended(worker, error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', () => this.#ended(worker, new Error('the thread that reads texts has ended')));
    return worker;
  }

  #end(worker: Worker): void {
    // Who asks from now on gets another one.
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
