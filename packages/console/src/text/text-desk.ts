import type { EditorKnowledge } from '@drover/collector-config';
import type { TextTask, TextTasks } from './text-tasks.ts';

/** To the worker. What is left out is as in the question before. */
export interface TextQuestion {
  readonly id: number;
  readonly task: TextTask;
  // The answer fits the question by its task, which a message cannot say.
  readonly ask: never;
  readonly text?: string;
  readonly knowledge?: EditorKnowledge;
}

/** From the worker. */
export type TextAnswer =
  | { readonly id: number; readonly answer: TextTasks[TextTask]['answer'] }
  | { readonly id: number; readonly failure: string };

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker without work for so long ends, and takes its copy of the text with it. */
const IDLE_MS = 60_000;
/** What a person waits for with the cursor in the text never stands behind the reading of a large one. */
const QUICK: ReadonlySet<TextTask> = new Set(['place', 'find', 'complete', 'hover']);

/** Asks about texts in other threads, so that typing never waits for an answer. Workers start with the first question. */
export class TextDesk {
  readonly #quick = new Lane();
  readonly #slow = new Lane();

  ask<T extends TextTask>(
    task: T,
    text: string,
    ask: TextTasks[T]['ask'],
    knowledge?: EditorKnowledge,
  ): Promise<TextTasks[T]['answer']> {
    const lane = QUICK.has(task) ? this.#quick : this.#slow;
    return lane.send({ task, ask: ask as never }, text, knowledge) as Promise<TextTasks[T]['answer']>;
  }
}

/** One worker, and what it was told already. */
class Lane {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #text: string | undefined;
  #knowledge: EditorKnowledge | undefined;
  #nextId = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  send(
    question: Pick<TextQuestion, 'task' | 'ask'>,
    text: string,
    knowledge: EditorKnowledge | undefined,
  ): Promise<unknown> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId++;
    const isKnown = knowledge === undefined || knowledge === this.#knowledge;
    const message: TextQuestion = {
      id,
      ...question,
      ...(text === this.#text ? {} : { text }),
      ...(isKnown ? {} : { knowledge }),
    };
    this.#text = text;
    this.#knowledge = knowledge ?? this.#knowledge;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage(message);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./text-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<TextAnswer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('failure' in data) waiting?.reject(new Error(data.failure));
      else waiting?.resolve(data.answer);
      if (this.#waiting.size === 0) this.#idleTimer = setTimeout(() => this.#end(), IDLE_MS);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(event.message || 'the text worker could not be started');
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#end();
    };
    this.#worker = worker;
    return worker;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#waiting.clear();
    this.#text = undefined;
    this.#knowledge = undefined;
  }
}
